import { yaml } from "@codemirror/lang-yaml";
import { HighlightStyle, syntaxHighlighting } from "@codemirror/language";
import { setDiagnostics } from "@codemirror/lint";
import { EditorState } from "@codemirror/state";
import { EditorView, keymap } from "@codemirror/view";
import { tags } from "@lezer/highlight";
import { basicSetup } from "codemirror";
import { useEffect, useRef } from "react";
import { useWords } from "../../shared/words/useWords";
import css from "./flow.module.css";

const look = EditorView.theme({
  "&": { height: "100%", fontSize: "12.5px", backgroundColor: "var(--sheet)", color: "var(--ink1)" },
  ".cm-scroller": { fontFamily: "var(--mono)", lineHeight: "20px" },
  ".cm-gutters": { backgroundColor: "var(--sunken)", color: "var(--ink3)", border: "none", borderRight: "1px solid var(--line1)" },
  ".cm-activeLine, .cm-activeLineGutter": { backgroundColor: "var(--hover)" },
  ".cm-cursor": { borderLeftColor: "var(--ink1)" },
  "&.cm-focused .cm-selectionBackground, .cm-selectionBackground, ::selection": { backgroundColor: "var(--jadeTint) !important" },
  ".cm-lintRange-error": { backgroundColor: "var(--cinnabarTint)", backgroundImage: "none", borderBottom: "2px solid var(--cinnabar)" },
  ".cm-tooltip": { backgroundColor: "var(--sheet)", color: "var(--ink1)", border: "1px solid var(--line2)" },
  ".cm-panels": { backgroundColor: "var(--sunken)", color: "var(--ink1)" },
});
const colours = HighlightStyle.define([
  { tag: [tags.propertyName, tags.definition(tags.propertyName)], color: "var(--azurite)" },
  { tag: tags.comment, color: "var(--ink3)" },
  { tag: [tags.string, tags.content], color: "var(--ink1)" },
  { tag: [tags.number, tags.bool, tags.keyword], color: "var(--plum)" },
]);

interface Trouble {
  line: number;
  words: string;
}

/** handOn gives Ctrl Enter to the page, as if it had been pressed beside the editor. */
function handOn(v: EditorView): void {
  v.dom.parentElement!.dispatchEvent(new KeyboardEvent("keydown", { key: "Enter", code: "Enter", ctrlKey: true, bubbles: true }));
}

/** TextPane is the YAML, with the wrong lines marked; the line of the cursor and the node on the canvas follow each other. */
export function TextPane({ text, onText, line, onLine, troubles }: { text: string; onText: (text: string) => void; line: number; onLine: (line: number) => void; troubles: Trouble[] }) {
  const w = useWords("flow");
  const box = useRef<HTMLDivElement>(null);
  const view = useRef<EditorView | null>(null);
  const hear = useRef({ onText, onLine });
  hear.current = { onText, onLine };
  const first = useRef(text);
  const label = w("text_label");

  useEffect(() => {
    const editor = new EditorView({
      parent: box.current!,
      state: EditorState.create({
        doc: first.current,
        extensions: [
          // Before the editor's own keys: Ctrl Enter is the page's, here it would break the line.
          keymap.of([{ key: "Escape", run: (v) => (v.contentDOM.blur(), true) }, { key: "Mod-Enter", run: (v) => (handOn(v), true) }]),
          basicSetup,
          yaml(),
          look,
          syntaxHighlighting(colours),
          EditorView.lineWrapping,
          EditorView.contentAttributes.of({ "aria-label": label, tabindex: "0" }),
          EditorView.updateListener.of((u) => {
            if (u.docChanged) hear.current.onText(u.state.doc.toString());
            if (u.selectionSet && u.view.hasFocus) hear.current.onLine(u.state.doc.lineAt(u.state.selection.main.head).number);
          }),
        ],
      }),
    });
    view.current = editor;
    return () => editor.destroy();
  }, [label]);

  // The other side changed the text: replace only the stretch that differs, so that the cursor and its history stay.
  useEffect(() => {
    const v = view.current;
    if (!v) return;
    const old = v.state.doc.toString();
    if (old === text) return;
    let from = 0;
    while (from < old.length && from < text.length && old[from] === text[from]) from++;
    let end = 0;
    while (end < old.length - from && end < text.length - from && old[old.length - 1 - end] === text[text.length - 1 - end]) end++;
    v.dispatch({ changes: { from, to: old.length - end, insert: text.slice(from, text.length - end) } });
  }, [text]);

  useEffect(() => {
    const v = view.current;
    if (!v || v.hasFocus || line < 1 || line > v.state.doc.lines) return;
    const at = v.state.doc.line(line);
    v.dispatch({ selection: { anchor: at.from }, effects: EditorView.scrollIntoView(at.from, { y: "center" }) });
  }, [line]);

  useEffect(() => {
    const v = view.current;
    if (!v) return;
    const marks = troubles.filter((t) => t.line >= 1 && t.line <= v.state.doc.lines).map((t) => {
      const at = v.state.doc.line(t.line);
      return { from: at.from + (at.text.length - at.text.trimStart().length), to: at.to, severity: "error" as const, message: t.words };
    });
    v.dispatch(setDiagnostics(v.state, marks));
  }, [troubles]);

  return <div className={css["text"]} ref={box} data-wide data-said />;
}
