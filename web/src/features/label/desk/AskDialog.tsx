import { Input, Modal } from "antd";
import { useState } from "react";
import { useWords } from "../../../shared/words/useWords";
import css from "./desk.module.css";

/** AskDialog puts a question about the row to the lead; the row waits for the reply, the work goes on. */
export function AskDialog({ text, ask, close }: { text: string; ask: (question: string) => void; close: () => void }) {
  const w = useWords("label");
  const [question, setQuestion] = useState("");
  const send = () => question.trim() && ask(question.trim());
  return (
    <Modal open closable={false} title={w("ask_title")} onCancel={close} okText={w("ask_send")} onOk={send} okButtonProps={{ disabled: !question.trim() }} width={520} transitionName="" maskTransitionName="">
      <p className={css["askRow"]}>{text}</p>
      <Input.TextArea
        autoFocus
        rows={3}
        maxLength={500}
        value={question}
        onChange={(e) => setQuestion(e.target.value)}
        aria-label={w("ask_title")}
        placeholder={w("ask_placeholder")}
        onKeyDown={(e) => e.key === "Enter" && (e.ctrlKey || e.metaKey) && !e.nativeEvent.isComposing && send()}
      />
      <p className={css["note"]}>{w("ask_note")}</p>
    </Modal>
  );
}
