import { useFormat } from "../../shared/format/useFormat";
import { Chip } from "../../shared/page/Chip";
import { useWords } from "../../shared/words/useWords";
import type { RowThread } from "./api";
import css from "./thread.module.css";

/** Witnesses are the training rows that weighed most; the chosen one is followed down to its raw line. */
export function Witnesses({ rows, at, onAt }: { rows: RowThread[]; at: number; onAt: (i: number) => void }) {
  const w = useWords("thread");
  const f = useFormat();
  return (
    <div className={css["witnesses"]} role="radiogroup" aria-label={w("bead_rows")}>
      {rows.map((r, i) => {
        const weight = r.witness?.weight ?? 0;
        return (
          <button key={i} type="button" role="radio" aria-checked={i === at} onClick={(e) => (e.stopPropagation(), onAt(i))}>
            <span className={css["id"]}>{(r.row ? `${r.row.file}:${r.row.record}` : (r.witness?.row_id ?? "").slice(0, 8)) || "—"}</span>
            <span className={css["said"]}>{r.witness?.text || r.row?.raw}</span>
            <span>
              {(r.witness?.labels ?? []).map((l) => (
                <Chip key={l} tone="azurite">
                  {l}
                </Chip>
              ))}
            </span>
            <span className={css["weight"]} data-against={weight < 0} aria-hidden>
              <i style={{ width: `${Math.min(100, Math.abs(weight) * 100)}%` }} />
            </span>
            <span className={css["num"]} data-measure>{weight < 0 ? "−" : ""}{f.score(Math.abs(weight))}</span>
          </button>
        );
      })}
    </div>
  );
}
