import { Input, Modal } from "antd";
import { useState } from "react";
import { useActions } from "../../../shared/keys/useActions";
import { useWords } from "../../../shared/words/useWords";
import css from "./desk.module.css";

const reasons = ["unclear", "context", "not_customer", "no_label", "several"];

/** SkipDialog asks why: one key for the usual reasons, or words. */
export function SkipDialog({ skip, close }: { skip: (reason: string) => void; close: () => void }) {
  const w = useWords("label");
  const [text, setText] = useState("");
  useActions(
    [
      ...reasons.map((r, i) => ({ id: `label.skip.${r}`, words: w(`reason_${r}`), key: String(i + 1), run: () => skip(w(`reason_${r}`)), hidden: true })),
      { id: "label.skip.close", words: w("close"), key: "Escape", run: close, hidden: true },
    ],
    "dialog",
  );
  return (
    <Modal open closable={false} title={w("why_skip")} onCancel={close} okText={w("act_skip")} onOk={() => skip(text)} okButtonProps={{ disabled: !text.trim() }} width={440} transitionName="" maskTransitionName="">
      <div className={css["reasons"]}>
        {reasons.map((r, i) => (
          <button key={r} type="button" className={css["key"]} onClick={() => skip(w(`reason_${r}`))}>
            <kbd aria-hidden>{i + 1}</kbd>
            <span className={css["keyName"]}>{w(`reason_${r}`)}</span>
          </button>
        ))}
      </div>
      <Input value={text} onChange={(e) => setText(e.target.value)} maxLength={500} aria-label={w("reason_other")} placeholder={w("reason_other")} onPressEnter={(e) => !e.nativeEvent.isComposing && text.trim() && skip(text)} />
    </Modal>
  );
}
