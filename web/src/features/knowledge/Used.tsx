import { Link } from "react-router";
import { useFormat } from "../../shared/format/useFormat";
import { useWords } from "../../shared/words/useWords";
import { usedHours, type Use } from "./api";
import css from "./knowledge.module.css";

const few = 5; // hits below which a share says nothing

/** Used is how often an entry answered in the last seven days, or how often that settled it; each opens its turns. */
export function Used({ product, entry, used, words = false, what }: { product: string; entry: string; used: Use | undefined; words?: boolean; what?: "hits" | "resolved" }) {
  const w = useWords("knowledge");
  const f = useFormat();
  const turns = `/${product}/release/turns?entry=${encodeURIComponent(entry)}&hours=${usedHours}`;
  if (!used) return words ? <> · {w("no_hits")}</> : <span className={css["none"]}>{what === "hits" ? 0 : "–"}</span>;
  const share = used.resolved / used.hits;
  const hits = <Link to={turns} onClick={(e) => e.stopPropagation()} aria-label={w("see_hits", { count: used.hits })}>{f.count(used.hits)}</Link>;
  const resolved = (
    <Link to={used.resolved < used.hits ? `${turns}&settled=no` : turns} onClick={(e) => e.stopPropagation()} data-share={used.hits < few ? "few" : share < 0.6 ? "low" : share < 0.8 ? "fair" : "good"} className={css["share"]} aria-label={w("see_unresolved", { count: used.hits - used.resolved })}>
      {f.score(share)}
    </Link>
  );
  if (words) return <> · {w("col_hits")} {hits} · {w("col_resolved")} {resolved}</>;
  return what === "hits" ? hits : resolved;
}
