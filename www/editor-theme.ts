// How the editor looks: the page's custom properties (`styles/tokens.css`) and nothing else, so that it is light or
// dark when the page is.

import { HighlightStyle } from "@codemirror/language";
import { EditorView } from "@codemirror/view";
import { tags } from "@lezer/highlight";

export const highlightStyle = HighlightStyle.define([
  { tag: [tags.propertyName, tags.definition(tags.propertyName)], color: "var(--code-property)" },
  { tag: [tags.string, tags.special(tags.string)], color: "var(--code-string)" },
  { tag: tags.number, color: "var(--code-number)" },
  { tag: [tags.bool, tags.null, tags.keyword, tags.atom], color: "var(--code-keyword)" },
  { tag: [tags.comment, tags.meta], color: "var(--code-comment)" },
  { tag: [tags.punctuation, tags.separator, tags.brace, tags.squareBracket], color: "var(--code-punctuation)" },
]);

/** A wave under a finding, as a mask, so that its colour is a custom property. */
const wave = (color: string) => ({
  backgroundImage: "none",
  textDecoration: `underline wavy ${color}`,
  textDecorationSkipInk: "none",
  textUnderlineOffset: "3px",
  paddingBottom: "0",
});

/** A part of an expression: stronger than the colours of the text that the expression stands in. */
const jsonata = (part: string, color: string) => ({
  [`.cm-jsonata-expression .cm-jsonata-${part}, .cm-jsonata-expression .cm-jsonata-${part} span`]: { color },
});

export const theme = EditorView.theme({
  "&": {
    height: "100%",
    color: "var(--text)",
    backgroundColor: "var(--surface)",
    fontSize: "var(--code-size)",
  },
  "&.cm-focused": { outline: "none" },
  ".cm-scroller": { fontFamily: "var(--font-code)", lineHeight: "1.5", overflow: "auto" },
  ".cm-content": { caretColor: "var(--text)", padding: "8px 0" },
  ".cm-cursor, .cm-dropCursor": { borderLeftColor: "var(--text)", borderLeftWidth: "2px" },
  "&.cm-focused > .cm-scroller > .cm-selectionLayer .cm-selectionBackground, .cm-selectionBackground": {
    background: "var(--code-selection)",
  },
  ".cm-activeLine": { backgroundColor: "var(--code-active)" },
  ".cm-activeLineGutter": { backgroundColor: "var(--code-active)", color: "var(--text)" },
  ".cm-gutters": {
    backgroundColor: "var(--surface)",
    color: "var(--text-faint)",
    borderRight: "1px solid var(--line)",
  },
  ".cm-foldPlaceholder": {
    backgroundColor: "var(--surface-raised)",
    border: "1px solid var(--line)",
    color: "var(--text-faint)",
  },
  "&.cm-focused .cm-matchingBracket": { backgroundColor: "var(--code-match)", outline: "1px solid var(--line-strong)" },
  "&.cm-focused .cm-nonmatchingBracket": { backgroundColor: "transparent", color: "var(--error)" },
  ".cm-selectionMatch": { backgroundColor: "var(--code-match)" },
  ".cm-searchMatch": { backgroundColor: "var(--code-found)", outline: "1px solid var(--line-strong)" },
  ".cm-searchMatch-selected": { backgroundColor: "var(--code-found-now)" },
  ".cm-highlight": { backgroundColor: "var(--code-highlight)", borderRadius: "2px" },

  ".cm-panels": { backgroundColor: "var(--surface-raised)", color: "var(--text)", zIndex: "3" },
  ".cm-panels.cm-panels-top": { borderBottom: "1px solid var(--line)" },
  ".cm-panels.cm-panels-bottom": { borderTop: "1px solid var(--line)" },
  ".cm-panel.cm-search": { fontFamily: "var(--font)", fontSize: "var(--small)", padding: "8px 28px 8px 8px" },
  ".cm-panel.cm-search label": { fontSize: "var(--small)" },
  ".cm-panel button, .cm-button": {
    backgroundImage: "none",
    backgroundColor: "var(--surface)",
    color: "var(--text)",
    border: "1px solid var(--line-strong)",
    borderRadius: "var(--radius)",
    fontSize: "var(--small)",
  },
  ".cm-panel button[name=close]": { border: "none", fontSize: "18px", minWidth: "24px", minHeight: "24px" },
  ".cm-textfield": {
    backgroundColor: "var(--surface)",
    color: "var(--text)",
    border: "1px solid var(--line-strong)",
    borderRadius: "var(--radius)",
    fontSize: "var(--small)",
  },

  ".cm-tooltip": {
    backgroundColor: "var(--surface-raised)",
    color: "var(--text)",
    border: "1px solid var(--line-strong)",
    borderRadius: "var(--radius)",
    boxShadow: "var(--shadow)",
    fontFamily: "var(--font)",
    fontSize: "var(--small)",
    maxWidth: "min(480px, 90vw)",
  },
  ".cm-explanation": { padding: "6px 10px", whiteSpace: "pre-wrap" },
  ".cm-tooltip.cm-tooltip-autocomplete > ul": { fontFamily: "var(--font-code)", maxHeight: "16em" },
  ".cm-tooltip-autocomplete ul li[aria-selected]": { backgroundColor: "var(--accent)", color: "var(--on-accent)" },
  ".cm-completionDetail": { color: "inherit", opacity: "0.8", fontStyle: "normal" },

  ".cm-diagnostic": { padding: "6px 10px", whiteSpace: "pre-wrap" },
  ".cm-diagnostic-error": { borderLeft: "3px solid var(--error)" },
  ".cm-diagnostic-warning": { borderLeft: "3px solid var(--warning)" },
  ".cm-diagnostic-info": { borderLeft: "3px solid var(--accent)" },
  ".cm-lintRange-error": wave("var(--error)"),
  ".cm-lintRange-warning": wave("var(--warning)"),
  ".cm-lintRange-info": wave("var(--accent)"),
  ".cm-lintPoint:after": { borderBottomColor: "var(--error)" },
  ".cm-lintPoint-warning:after": { borderBottomColor: "var(--warning)" },
  ".cm-lint-marker": { width: "0.8em", height: "0.8em", content: '""', borderRadius: "50%" },
  ".cm-lint-marker-error": { content: '""', backgroundColor: "var(--error)" },
  ".cm-lint-marker-warning": { content: '""', backgroundColor: "var(--warning)", borderRadius: "1px", rotate: "45deg" },
  ".cm-lint-marker-info": { content: '""', backgroundColor: "var(--accent)" },
  ".cm-panel.cm-panel-lint ul [aria-selected]": { backgroundColor: "var(--code-active)" },

  ".cm-jsonata-expression": { backgroundColor: "var(--code-expression)", borderRadius: "2px" },
  ".cm-jsonata-expression, .cm-jsonata-expression span": { color: "var(--text)" },
  ...jsonata("variable", "var(--code-property)"),
  ...jsonata("function", "var(--code-keyword)"),
  ...jsonata("string", "var(--code-string)"),
  ...jsonata("number", "var(--code-number)"),
});
