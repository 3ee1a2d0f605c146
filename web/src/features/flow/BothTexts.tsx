import { MergeView } from "@codemirror/merge";
import { EditorState } from "@codemirror/state";
import { EditorView } from "@codemirror/view";
import { useEffect, useRef } from "react";
import { useWords } from "../../shared/words/useWords";
import css from "./flow.module.css";

/** BothTexts is two texts side by side, what differs marked, what is the same folded. */
export function BothTexts({ left, right }: { left: string; right: string }) {
  const w = useWords("flow");
  const same = w("same_lines");
  const box = useRef<HTMLDivElement>(null);
  useEffect(() => {
    const fixed = [EditorState.readOnly.of(true), EditorView.lineWrapping, EditorState.phrases.of({ "$ unchanged lines": `$ ${same}` })];
    const view = new MergeView({ a: { doc: left, extensions: fixed }, b: { doc: right, extensions: fixed }, parent: box.current!, collapseUnchanged: { margin: 2 } });
    return () => view.destroy();
  }, [left, right, same]);
  return <div className={css["merge"]} ref={box} data-said />;
}
