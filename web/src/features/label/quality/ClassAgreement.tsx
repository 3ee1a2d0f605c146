import { Link } from "react-router";
import type { Schemas } from "../../../shared/api/client";
import { useFormat } from "../../../shared/format/useFormat";
import { useWords } from "../../../shared/words/useWords";
import { IntervalBar } from "./IntervalBar";
import css from "./quality.module.css";

const wanted = 0.8;

/** ClassAgreement is how far people agree on each label, the least clear first. Each bar opens the rows that somebody gave the label. */
export function ClassAgreement({ agreement, quality, nameOf, here }: { agreement: Schemas["LabelAgreement"]; quality: Schemas["LabelQuality"]; nameOf: (id: string) => string; here: string }) {
  const w = useWords("label");
  const f = useFormat();
  const defined = (agreement.per_label ?? []).filter((m) => m.defined);
  const list = [...defined].sort((a, b) => a.value - b.value);
  const from = Math.min(0.5, ...list.map((m) => Math.floor(Math.max(0, m.low) * 10) / 10));
  const rest = (agreement.per_label?.length ?? 0) - list.length;
  const other = (label: string) => (quality.confusions ?? []).find((c) => c.a === label || c.b === label);
  return (
    <div className={css["list"]} data-scroll>
      <ol>
        {list.map((m) => {
          const c = other(m.label);
          const confused = c && (c.a === m.label ? c.b : c.a);
          return (
            <li key={m.label} className={css["classRow"]}>
              <Link to={`${here}/tasks?label=${encodeURIComponent(m.label)}&twice=1`} className={css["className"]}>{nameOf(m.label)}</Link>
              <IntervalBar value={m.value} low={m.low} high={m.high} from={from} bar={wanted} words={`α ${f.score(m.value)} [${f.score(m.low)}, ${f.score(m.high)}]`} />
              <Link to={`${here}/tasks?label=${encodeURIComponent(m.label)}&twice=1`}><b data-low={m.value < wanted}>{f.score(m.value)}</b></Link>
              <span className={css["used"]}>{w("times", { count: f.count(m.used) })}</span>
              {confused ? <Link to={`${here}/tasks?label=${encodeURIComponent(m.label)}&other=${encodeURIComponent(confused)}`} className={css["confusedWith"]}>{nameOf(confused)} {c.count}</Link> : <span className={css["confusedWith"]}>—</span>}
            </li>
          );
        })}
      </ol>
      {rest > 0 && <p className={css["few"]}>{w("q_undefined", { count: rest })}</p>}
    </div>
  );
}
