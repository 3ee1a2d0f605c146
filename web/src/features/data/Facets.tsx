import type { Schemas } from "../../shared/api/client";
import { useFormat } from "../../shared/format/useFormat";
import { useWords } from "../../shared/words/useWords";
import { conditionOf } from "./conditions";
import css from "./data.module.css";

const mostValues = 12;

/** Facets are the columns with few values; a click shows the rows of one, Shift and a click those of all others. */
export function Facets({ profile, where, pick }: { profile: Schemas["DatasetProfile"] | undefined; where: string[]; pick: (column: string, value: string, not: boolean) => void }) {
  const w = useWords("data");
  const f = useFormat();
  const few = (profile?.columns ?? []).filter((c) => c.top_exact && c.distinct_count > 1 && c.distinct_count <= mostValues && c.top);
  if (!profile || few.length === 0) return null;
  return (
    <aside className={css["facets"]} aria-label={w("facets")} tabIndex={0}>
      {few.map((c) => {
        const most = Math.max(...c.top!.map((t) => t.count));
        return (
          <section key={c.name}>
            <h2>{c.name}</h2>
            {c.top!.map((t) => {
              const on = where.includes(conditionOf(c.name, t.value, false));
              const off = where.includes(conditionOf(c.name, t.value, true));
              return (
                <button key={t.value} type="button" data-on={on} data-off={off} aria-pressed={on || off} title={w("facet_keys")} onClick={(e) => pick(c.name, t.value, e.shiftKey)}>
                  <span>{t.value || w("blank")}</span>
                  <i aria-hidden><b style={{ width: `${(100 * t.count) / most}%` }} /></i>
                  <em>{f.count(t.count)}</em>
                </button>
              );
            })}
          </section>
        );
      })}
      <p className={css["note"]}>{w("facet_keys")}</p>
    </aside>
  );
}
