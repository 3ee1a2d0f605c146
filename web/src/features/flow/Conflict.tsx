import { MergeView } from "@codemirror/merge";
import { EditorState } from "@codemirror/state";
import { EditorView } from "@codemirror/view";
import { Button, Modal } from "antd";
import { useEffect, useRef } from "react";
import { useWords } from "../../shared/words/useWords";
import css from "./flow.module.css";

/** Conflict shows both texts when somebody else saved in between; nothing is lost whichever is taken. */
export function Conflict({ theirs, mine, by, onMine, onTheirs, onClose }: { theirs: string; mine: string; by: string; onMine: () => void; onTheirs: () => void; onClose: () => void }) {
  const w = useWords("flow");
  const box = useRef<HTMLDivElement>(null);
  useEffect(() => {
    const fixed = [EditorState.readOnly.of(true), EditorView.lineWrapping];
    const view = new MergeView({ a: { doc: theirs, extensions: fixed }, b: { doc: mine, extensions: fixed }, parent: box.current!, collapseUnchanged: { margin: 2 } });
    return () => view.destroy();
  }, [theirs, mine]);
  return (
    <Modal
      open
      width={960}
      title={w("conflict", { by })}
      onCancel={onClose}
      footer={
        <>
          <Button onClick={onTheirs}>{w("conflict_theirs")}</Button>
          <Button type="primary" onClick={onMine}>
            {w("conflict_mine")}
          </Button>
        </>
      }
    >
      <div className={css["conflictHead"]}>
        <span>{w("conflict_left", { by })}</span>
        <span>{w("conflict_right")}</span>
      </div>
      <div className={css["merge"]} ref={box} />
    </Modal>
  );
}
