// CodeMirror, as the page uses it. `src/ui/editor/` is its typed other side. Offsets are UTF-16 units, as in any
// JavaScript string.
//
// The editor lives in a shadow root: there style-mod adopts constructed style sheets, where in a document it would add
// a <style> element, which the Content-Security-Policy refuses. Custom properties of the page reach into it.

import {
  acceptCompletion,
  autocompletion,
  closeBrackets,
  closeBracketsKeymap,
  completionKeymap,
  type Completion,
  type CompletionSource,
} from "@codemirror/autocomplete";
import { defaultKeymap, history, historyKeymap } from "@codemirror/commands";
import {
  bracketMatching,
  codeFolding,
  foldGutter,
  foldKeymap,
  indentOnInput,
  syntaxHighlighting,
} from "@codemirror/language";
import { lintGutter, lintKeymap, setDiagnostics, type Diagnostic } from "@codemirror/lint";
import { highlightSelectionMatches, search, searchKeymap } from "@codemirror/search";
import { Annotation, Compartment, EditorState, StateEffect, StateField, type Extension } from "@codemirror/state";
import {
  Decoration,
  type DecorationSet,
  drawSelection,
  EditorView,
  highlightActiveLine,
  highlightActiveLineGutter,
  highlightSpecialChars,
  hoverTooltip,
  keymap,
  lineNumbers,
} from "@codemirror/view";
import { highlightStyle, theme } from "./editor-theme";
import { languageSupport, type Language } from "./languages";
import { openEditors } from "./open-editors";

export interface Options {
  doc: string;
  language: Language;
  readOnly: boolean;
  ariaLabel: string;
}

export interface Range {
  from: number;
  to: number;
}

export interface Finding extends Range {
  severity: "error" | "warning" | "info";
  message: string;
  help?: string;
}

export interface Asked {
  doc: string;
  at: number;
  explicit: boolean;
}

export interface Proposals {
  from: number;
  options: Completion[];
}

export interface Explanation extends Range {
  text: string;
}

type Answer<T> = T | null | Promise<T | null>;

/** A change that the page made: not told to `onChange`. */
const fromPage = Annotation.define<boolean>();

const setHighlights = StateEffect.define<DecorationSet>();
const highlights = StateField.define<DecorationSet>({
  create: () => Decoration.none,
  update: (ranges, transaction) => {
    for (const effect of transaction.effects) if (effect.is(setHighlights)) return effect.value;
    return ranges.map(transaction.changes);
  },
  provide: (field) => EditorView.decorations.from(field),
});
const highlight = Decoration.mark({ class: "cm-highlight" });

export class Editor {
  readonly label: string;
  #view: EditorView;
  #language = new Compartment();
  #writable = new Compartment();
  #completions = new Compartment();
  #hover = new Compartment();
  #changed: ((doc: string) => void) | undefined;

  constructor(parent: HTMLElement, options: Options) {
    this.label = options.ariaLabel;
    const root = parent.shadowRoot ?? parent.attachShadow({ mode: "open" });
    const told = EditorView.updateListener.of((update) => {
      if (update.docChanged && !update.transactions.some((transaction) => transaction.annotation(fromPage))) {
        this.#changed?.(this.doc);
      }
    });
    this.#view = new EditorView({
      root,
      parent: root,
      doc: options.doc,
      extensions: [
        basics,
        theme,
        syntaxHighlighting(highlightStyle),
        highlights,
        // It can be reached without; but checkers of accessibility look for the attribute.
        EditorView.contentAttributes.of({ "aria-label": options.ariaLabel, tabindex: "0" }),
        this.#language.of(languageSupport(options.language)),
        this.#writable.of(EditorState.readOnly.of(options.readOnly)),
        this.#completions.of([]),
        this.#hover.of([]),
        told,
      ],
    });
    openEditors.add(this);
  }

  get doc(): string {
    return this.#view.state.doc.toString();
  }

  /** Hears the text after each change that the author makes. */
  onChange(callback: ((doc: string) => void) | undefined): void {
    this.#changed = callback;
  }

  /** Shows another text: only what differs is replaced, so that cursor, folds and undo survive. */
  setDoc(doc: string): void {
    const change = difference(this.doc, doc);
    if (change) this.#view.dispatch({ changes: change, annotations: fromPage.of(true) });
  }

  setLanguage(language: Language): void {
    this.#view.dispatch({ effects: this.#language.reconfigure(languageSupport(language)) });
  }

  setReadOnly(readOnly: boolean): void {
    this.#view.dispatch({ effects: this.#writable.reconfigure(EditorState.readOnly.of(readOnly)) });
  }

  setDiagnostics(findings: Finding[]): void {
    const diagnostics = findings.map(
      ({ from, to, severity, message, help }): Diagnostic => ({
        ...this.#within({ from, to }),
        severity,
        message: help ? `${message}\n${help}` : message,
      }),
    );
    this.#view.dispatch(setDiagnostics(this.#view.state, diagnostics));
  }

  setHighlights(ranges: Range[]): void {
    const marks = ranges.map((range) => this.#within(range)).filter(({ from, to }) => from < to);
    const set = Decoration.set(
      marks.map(({ from, to }) => highlight.range(from, to)),
      true,
    );
    this.#view.dispatch({ effects: setHighlights.of(set) });
  }

  setCompletions(source: ((asked: Asked) => Answer<Proposals>) | undefined): void {
    const ask: CompletionSource = async ({ state, pos, explicit }) => {
      const found = await source?.({ doc: state.doc.toString(), at: pos, explicit });
      return found?.options.length ? { from: found.from, options: found.options } : null;
    };
    const extension = source ? autocompletion({ override: [ask] }) : [];
    this.#view.dispatch({ effects: this.#completions.reconfigure(extension) });
  }

  setHover(source: ((asked: Asked) => Answer<Explanation>) | undefined): void {
    const extension = hoverTooltip(async (view, at) => {
      const found = await source?.({ doc: view.state.doc.toString(), at, explicit: false });
      if (!found) return null;
      const dom = document.createElement("div");
      dom.className = "cm-explanation";
      dom.textContent = found.text;
      const { from, to } = this.#within(found);
      return { pos: from, end: to, above: true, create: () => ({ dom }) };
    });
    this.#view.dispatch({ effects: this.#hover.reconfigure(source ? extension : []) });
  }

  /** Selects a range, scrolls it into the middle of the view and takes the focus. */
  goTo(from: number, to: number): void {
    const range = this.#within({ from, to });
    this.#view.dispatch({
      selection: { anchor: range.from, head: range.to },
      effects: EditorView.scrollIntoView(range.from, { y: "center" }),
    });
    this.#view.focus();
  }

  focus(): void {
    this.#view.focus();
  }

  destroy(): void {
    openEditors.delete(this);
    this.#changed = undefined;
    this.#view.destroy();
  }

  /** Places are told of the text that the page knows, which may be older than the one here. */
  #within({ from, to }: Range): Range {
    const end = this.#view.state.doc.length;
    const start = Math.min(from, end);
    return { from: start, to: Math.min(Math.max(to, start), end) };
  }
}

export function create(parent: HTMLElement, options: Options): Editor {
  return new Editor(parent, options);
}

/** The smallest single replacement that turns one text into the other. */
function difference(before: string, after: string): { from: number; to: number; insert: string } | undefined {
  if (before === after) return undefined;
  const shorter = Math.min(before.length, after.length);
  let start = 0;
  while (start < shorter && before.charCodeAt(start) === after.charCodeAt(start)) start++;
  let same = 0;
  while (
    same < shorter - start &&
    before.charCodeAt(before.length - 1 - same) === after.charCodeAt(after.length - 1 - same)
  ) {
    same++;
  }
  return { from: start, to: before.length - same, insert: after.slice(start, after.length - same) };
}

// Tab is not bound: it leaves the editor as it leaves any field, so that the keyboard is never trapped. Mod-] and
// Mod-[ indent.
const basics: Extension = [
  lineNumbers(),
  codeFolding(),
  foldGutter(),
  lintGutter(),
  highlightSpecialChars(),
  history(),
  drawSelection(),
  EditorState.allowMultipleSelections.of(true),
  EditorState.tabSize.of(2),
  indentOnInput(),
  bracketMatching(),
  closeBrackets(),
  highlightActiveLine(),
  highlightActiveLineGutter(),
  highlightSelectionMatches(),
  search({ top: true }),
  keymap.of([
    ...closeBracketsKeymap,
    ...defaultKeymap,
    ...searchKeymap,
    ...historyKeymap,
    ...foldKeymap,
    ...completionKeymap,
    ...lintKeymap,
    { key: "Tab", run: acceptCompletion },
  ]),
];
