// Two texts beside each other, with what differs marked: read only. Loaded when it is first opened; it shares
// CodeMirror's code with `editor.ts`. Why a shadow root: see there.

import { codeFolding, foldGutter, syntaxHighlighting } from "@codemirror/language";
import { MergeView } from "@codemirror/merge";
import { EditorState } from "@codemirror/state";
import { EditorView, lineNumbers } from "@codemirror/view";
import { highlightStyle, theme } from "./editor-theme";
import { languageSupport, type Language } from "./languages";

export interface Side {
  doc: string;
  ariaLabel: string;
}

export interface Options {
  before: Side;
  after: Side;
  language: Language;
}

export class Diff {
  #view: MergeView;

  constructor(parent: HTMLElement, { before, after, language }: Options) {
    const root = parent.shadowRoot ?? parent.attachShadow({ mode: "open" });
    const side = ({ doc, ariaLabel }: Side) => ({
      doc,
      extensions: [
        lineNumbers(),
        codeFolding(),
        foldGutter(),
        theme,
        diffTheme,
        syntaxHighlighting(highlightStyle),
        languageSupport(language),
        EditorState.readOnly.of(true),
        EditorView.contentAttributes.of({ "aria-label": ariaLabel, tabindex: "0" }),
      ],
    });
    this.#view = new MergeView({
      root,
      parent: root,
      a: side(before),
      b: side(after),
      highlightChanges: true,
      collapseUnchanged: { margin: 3, minSize: 6 },
    });
  }

  destroy(): void {
    this.#view.destroy();
  }
}

export function create(parent: HTMLElement, options: Options): Diff {
  return new Diff(parent, options);
}

const diffTheme = EditorView.theme({
  "&.cm-merge-a .cm-changedLine": { backgroundColor: "var(--diff-removed)" },
  "&.cm-merge-b .cm-changedLine": { backgroundColor: "var(--diff-added)" },
  "&.cm-merge-a .cm-changedText": { background: "var(--diff-removed-text)" },
  "&.cm-merge-b .cm-changedText": { background: "var(--diff-added-text)" },
  ".cm-collapsedLines": {
    background: "var(--surface-raised)",
    color: "var(--text-faint)",
    borderBlock: "1px solid var(--line)",
    // CodeMirror's own marks are in few fonts.
    "&:before, &:after": { content: '"⋯"' },
  },
});
