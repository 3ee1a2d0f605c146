import { Input, Modal } from "antd";
import { useState } from "react";
import { asFault } from "../../shared/api/fault";
import { FaultBand } from "../../shared/page/FaultBand";
import { useWords } from "../../shared/words/useWords";

/** SignDialog asks once before a model becomes a release candidate; a refused gate needs a reason, which stays in the report. */
export function SignDialog({ open, passed, model, gate, busy, error, onClose, onSign }: { open: boolean; passed: boolean; model: string; gate: { passed: number; total: number }; busy: boolean; error?: unknown; onClose: () => void; onSign: (reason: string) => void }) {
  const w = useWords("evaluate");
  const shared = useWords("shared");
  const [reason, setReason] = useState("");
  return (
    <Modal open={open} title={passed ? w("sign", { model }) : w("override", { model })} okText={passed ? w("sign", { model }) : w("override", { model })} cancelText={shared("cancel")} okButtonProps={{ danger: !passed, disabled: !passed && reason.trim().length < 4, loading: busy }} onCancel={onClose} onOk={() => onSign(passed ? "" : reason.trim())}>
      <p>{passed ? w("sign_asks", { model }) : w("override_asks", { passed: gate.passed, total: gate.total })}</p>
      {!passed && <Input.TextArea value={reason} onChange={(e) => setReason(e.target.value)} maxLength={1000} rows={3} autoFocus aria-label={w("reason")} placeholder={w("reason")} />}
      {error !== undefined && <FaultBand fault={asFault(error)} />}
    </Modal>
  );
}
