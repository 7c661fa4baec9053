// The languages of the editor. Nothing here knows what a text means: that is the library's.

import { json } from "@codemirror/lang-json";
import { foldService, StreamLanguage } from "@codemirror/language";
import { yaml } from "@codemirror/legacy-modes/mode/yaml";
import { RangeSetBuilder, type EditorState, type Extension } from "@codemirror/state";
import { Decoration, type DecorationSet, EditorView, ViewPlugin, type ViewUpdate } from "@codemirror/view";
import { tags } from "@lezer/highlight";

export type Language = "json" | "yaml" | "plain";

export function languageSupport(language: Language): Extension {
  switch (language) {
    case "json":
      return [json(), jsonata];
    case "yaml":
      return [yamlLanguage, foldService.of(foldDeeperLines), jsonata];
    case "plain":
      return [];
  }
}

/** The mode calls keys atoms. */
const yamlLanguage = StreamLanguage.define({ ...yaml, tokenTable: { atom: tags.propertyName } });

/** Folds the lines below one that are indented further. */
function foldDeeperLines(state: EditorState, lineStart: number): { from: number; to: number } | null {
  const first = state.doc.lineAt(lineStart);
  const indent = (text: string) => text.search(/\S/);
  const depth = indent(first.text);
  if (depth < 0) return null;
  let last = first;
  for (let number = first.number + 1; number <= state.doc.lines; number++) {
    const line = state.doc.line(number);
    const deeper = indent(line.text);
    if (deeper >= 0 && deeper <= depth) break;
    if (deeper >= 0) last = line;
  }
  return last.number > first.number ? { from: first.to, to: last.to } : null;
}

const part = (name: string) => Decoration.mark({ class: `cm-jsonata-${name}` });
const whole = part("expression");
const parts = { variable: part("variable"), function: part("function"), string: part("string"), number: part("number") };

// In the order of the groups of TOKEN.
const KINDS = ["function", "variable", "string", "number"] as const;
const TOKEN = /(\$\w+(?=\s*\())|(\$\w*)|('[^']*'|\\"(?:[^"\\]|\\[^"])*\\")|(\b\d+(?:\.\d+)?\b)/g;
const EXPRESSION = /\{%.*?%\}/g;

/** Expressions between `{%` and `%}`, in what is visible. */
function mark(view: EditorView): DecorationSet {
  const marks = new RangeSetBuilder<Decoration>();
  for (const { from, to } of view.visibleRanges) {
    const text = view.state.sliceDoc(from, to);
    for (const { 0: expression, index } of text.matchAll(EXPRESSION)) {
      const start = from + index;
      marks.add(start, start + expression.length, whole);
      for (const token of expression.matchAll(TOKEN)) {
        const kind = KINDS.find((_, group) => token[group + 1] !== undefined)!;
        marks.add(start + token.index, start + token.index + token[0].length, parts[kind]);
      }
    }
  }
  return marks.finish();
}

const jsonata = ViewPlugin.fromClass(
  class {
    decorations: DecorationSet;
    constructor(view: EditorView) {
      this.decorations = mark(view);
    }
    update(update: ViewUpdate) {
      if (update.docChanged || update.viewportChanged) this.decorations = mark(update.view);
    }
  },
  { decorations: (plugin) => plugin.decorations },
);
