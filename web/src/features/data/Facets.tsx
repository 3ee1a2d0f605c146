import { useState } from "react";
import type { Schemas } from "../../shared/api/client";
import { useFormat } from "../../shared/format/useFormat";
import { useLang } from "../../shared/words/useLang";
import { useWords } from "../../shared/words/useWords";
import type { Facets as Counts } from "./api";
import { conditionOf, pick, pickFinding, type RowFilter } from "./filter";
import { merged, spread } from "./lengths";
import css from "./data.module.css";

const fewValues = 8;
const leastSpread = 10; // characters between the shortest and the longest: ids and dates are no texts

/**
 * Facets are the counts that rows can be filtered by: what is wrong with them, their values, how long
 * their texts are. What there is without a filter keeps its place; counts are those under the filter.
 */
export function Facets({ whole, looked, counts, filter, change }: Chooses & { whole: Counts; looked: boolean; counts: Counts | undefined }) {
  const w = useWords("data");
  const columns = (whole.columns ?? []).map((c) => ({ ...c, now: counts?.columns?.find((x) => x.name === c.name) }));
  return (
    <aside className={css["facets"]} aria-label={w("facets")} tabIndex={0}>
      <Findings findings={looked ? (whole.findings ?? []) : undefined} now={counts?.findings} filter={filter} change={change} />
      {columns.filter((c) => (c.values ?? []).length > 1).map((c) => <Values key={c.name} facet={c} now={c.now} filter={filter} change={change} />)}
      {columns.filter((c) => (c.values ?? []).length === 0 && spread(c.lengths ?? []) >= leastSpread).map((c) => <Lengths key={c.name} facet={c} now={c.now} filter={filter} change={change} />)}
      <p className={css["note"]}>{w("facet_keys")}</p>
    </aside>
  );
}

type Column = Schemas["DatasetColumnFacet"];
interface Chooses {
  filter: RowFilter;
  change: (next: RowFilter) => void;
}

function Findings({ findings, now, filter, change }: Chooses & { findings: Schemas["DatasetFoundCount"][] | undefined; now: Counts["findings"] | undefined }) {
  const w = useWords("data");
  const zh = useLang() === "zh";
  if (!findings) return <section><h2>{w("findings")}</h2><p className={css["note"]}>{w("finding_out")}</p></section>;
  const some = findings.filter((x) => x.count > 0 || filter.finding.includes(x.finding) || filter.without.includes(x.finding)).sort((a, b) => b.count - a.count);
  const most = Math.max(1, ...some.map((x) => x.count));
  return (
    <section>
      <h2>{w("findings")}</h2>
      {some.map((x) => (
        <Line
          key={x.finding}
          finding={x.finding}
          words={zh ? x.title.zh : x.title.en}
          count={now?.find((y) => y.finding === x.finding)?.count}
          most={most}
          on={filter.finding.includes(x.finding)}
          off={filter.without.includes(x.finding)}
          pick={(not) => change(pickFinding(filter, x.finding, not))}
        />
      ))}
      {some.length === 0 && <p className={css["note"]}>{w("findings_none")}</p>}
    </section>
  );
}

function Values({ facet, now, filter, change }: Chooses & { facet: Column; now: Column | undefined }) {
  const w = useWords("data");
  const f = useFormat();
  const [all, setAll] = useState(false);
  const values = facet.values ?? [];
  const on = (value: string) => filter.where.includes(conditionOf(facet.name, value, false));
  const off = (value: string) => filter.where.includes(conditionOf(facet.name, value, true));
  const shown = all ? values : values.filter((v, i) => i < fewValues || on(v.value) || off(v.value));
  const most = Math.max(1, ...values.map((v) => v.count));
  const count = (value: string) => now && ((now.values ?? []).find((v) => v.value === value)?.count ?? 0);
  return (
    <section>
      <h2 title={facet.name} data-said>{facet.name}</h2>
      {shown.map((v) => <Line key={v.value} said words={v.value || w("blank")} count={count(v.value)} most={most} on={on(v.value)} off={off(v.value)} pick={(not) => change(pick(filter, "where", facet.name, v.value, not))} />)}
      {shown.length < values.length && <button type="button" className={css["more"]} onClick={() => setAll(true)}>{w("more_values", { count: f.count(values.length - shown.length) })}</button>}
    </section>
  );
}

function Line({ finding, words, said, count, most, on, off, pick }: { finding?: string; words: string; said?: boolean; count: number | undefined; most: number; on: boolean; off: boolean; pick: (not: boolean) => void }) {
  const w = useWords("data");
  const f = useFormat();
  return (
    <button type="button" className={css["facet"]} data-facet data-finding={finding} data-on={on} data-off={off} aria-pressed={on || off} title={w("facet_keys")} onClick={(e) => pick(e.shiftKey)}>
      <span {...(said ? { "data-said": true } : {})}>{words}</span>
      <i aria-hidden><b style={{ width: `${(100 * (count ?? 0)) / most}%` }} /></i>
      <em>{count !== undefined && f.count(count)}</em>
    </button>
  );
}

function Lengths({ facet, now, filter, change }: Chooses & { facet: Column; now: Column | undefined }) {
  const w = useWords("data");
  const f = useFormat();
  const bars = merged((now ?? facet).lengths ?? []);
  const most = Math.max(1, ...merged(facet.lengths ?? []).map((b) => b.count));
  return (
    <section>
      <h2 title={facet.name}>{w("length_of", { column: facet.name })}</h2>
      <div className={css["lengths"]}>
        {bars.map((b) => {
          const value = `${b.from}-${b.to}`;
          const on = filter.length.includes(conditionOf(facet.name, value, false));
          const off = filter.length.includes(conditionOf(facet.name, value, true));
          const words = w("length_bar", { from: f.count(b.from), to: f.count(b.to), rows: f.count(b.count) });
          return (
            <button key={value} type="button" data-facet data-on={on} data-off={off} aria-pressed={on || off} aria-label={words} title={words} onClick={(e) => change(pick(filter, "length", facet.name, value, e.shiftKey))}>
              <i style={{ height: `${b.count ? Math.max(4, (100 * b.count) / most) : 0}%` }} />
            </button>
          );
        })}
      </div>
      <p className={css["ends"]} aria-hidden data-measure><span>{f.count(bars[0]!.from)}</span><span>{w("characters")}</span><span>{f.count(bars.at(-1)!.to)}</span></p>
    </section>
  );
}
