import { Button, Drawer, Input } from "antd";
import { useState } from "react";
import { useWords } from "../../shared/words/useWords";
import css from "./clean.module.css";

/** SourceDrawer is the recipe as its file. */
export function SourceDrawer({ source, problem, may, close, change }: { source: string; problem: string; may: boolean; close: () => void; change: (next: string) => void }) {
  const w = useWords("clean");
  const shared = useWords("shared");
  const [text, setText] = useState(source);
  return (
    <Drawer open onClose={close} size={620} title={w("as_text")} footer={may && <><Button type="primary" disabled={text === source} onClick={() => change(text)}>{shared("save")}</Button> {problem && <span className={css["bad"]}>{problem}</span>}</>}>
      <Input.TextArea className={css["source"]!} value={text} readOnly={!may} spellCheck={false} aria-label={w("as_text")} onChange={(e) => setText(e.target.value)} autoSize={{ minRows: 24 }} />
    </Drawer>
  );
}
