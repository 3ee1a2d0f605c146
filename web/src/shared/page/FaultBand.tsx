import { Button } from "antd";
import { useState } from "react";
import type { Fault } from "../api/fault";
import { useWords } from "../words/useWords";
import css from "./page.module.css";

/** FaultBand tells in place what happened, why, and what to do; act does it in one step; the rest of the page works on. */
export function FaultBand({ fault, act, retry, retrying = false }: { fault: Fault; act?: { words: string; run: () => void } | undefined; retry?: (() => void) | undefined; retrying?: boolean }) {
  const w = useWords("shared");
  const [copied, setCopied] = useState(false);
  const copy = () => void navigator.clipboard.writeText(fault.report).then(() => setCopied(true), () => setCopied(false));
  return (
    <div className={css["fault"]} role="alert" data-fault={fault.code}>
      <p>
        <strong>{fault.title || w("fault_title")}</strong> {fault.detail}
      </p>
      <p>{fault.fix}</p>
      <div className={css["faultFoot"]}>
        {act && (
          <Button size="small" type="primary" onClick={act.run} disabled={retrying}>
            {act.words}
          </Button>
        )}
        {retry && (
          <Button size="small" onClick={retry} loading={retrying}>
            {w("retry")}
          </Button>
        )}
        <Button size="small" onClick={copy}>
          {copied ? w("copied") : w("copy_report")}
        </Button>
        {fault.requestID && <span className={css["faultID"]}>{fault.requestID}</span>}
      </div>
    </div>
  );
}
