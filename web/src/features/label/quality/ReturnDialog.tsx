import { Input, Modal } from "antd";
import { useState } from "react";
import { useWords } from "../../../shared/words/useWords";
import css from "./quality.module.css";

/** ReturnDialog sends the answers of a row back to be given anew, with the reason. */
export function ReturnDialog({ text, sendBack, close }: { text: string; sendBack: (reason: string) => void; close: () => void }) {
  const w = useWords("label");
  const [reason, setReason] = useState("");
  const send = () => reason.trim() && sendBack(reason.trim());
  return (
    <Modal open closable={false} title={w("send_back")} width={480} onCancel={close} okText={w("send_back")} okButtonProps={{ disabled: !reason.trim() }} onOk={send} transitionName="" maskTransitionName="">
      <p className={css["text"]}>{text}</p>
      <Input autoFocus value={reason} maxLength={500} onChange={(e) => setReason(e.target.value)} aria-label={w("why_back")} placeholder={w("why_back")} onPressEnter={(e) => !e.nativeEvent.isComposing && send()} />
    </Modal>
  );
}
