import { Segmented } from "antd";
import { useFormat } from "../../shared/format/useFormat";
import { useWords } from "../../shared/words/useWords";
import { statuses, type Item, type Status } from "./api";
import css from "./feedback.module.css";

const causes = ["low_band", "disliked", "handover", "unanswered", "unsure"] as const;

/** Causes is why turns wait, each with its count; a click shows only those. At the right which status is shown. */
export function Causes({ items, cause, status, onCause, onStatus }: { items: Item[]; cause: string; status: Status; onCause: (cause: string) => void; onStatus: (status: Status) => void }) {
  const w = useWords("feedback");
  const f = useFormat();
  const now = cause === "handed_over" ? "handover" : cause;
  return (
    <span className={css["causes"]}>
      {["", ...causes].map((c) => {
        const count = c ? items.filter((i) => i.cause === c).length : items.length;
        return count > 0 || c === "" ? (
          <button key={c} type="button" className={css["cause"]} aria-pressed={now === c} onClick={() => onCause(c)}>
            {w(c ? `cause_${c}` : "cause_all")} <b>{f.count(count)}</b>
          </button>
        ) : null;
      })}
      <Segmented size="small" value={status} onChange={(s) => onStatus(s)} options={statuses.map((s) => ({ value: s, label: w(`status_${s}`) }))} aria-label={w("col_status")} />
    </span>
  );
}
