import { Tooltip } from "antd";
import type { Schemas } from "../../shared/api/client";
import { useFormat } from "../../shared/format/useFormat";
import { Chip, type Tone } from "../../shared/page/Chip";
import { useWords } from "../../shared/words/useWords";
import type { ColumnProfile, Facets } from "./api";
import { pick, pickFinding, type RowFilter } from "./filter";
import css from "./data.module.css";

const mostShares = 8;

/** ProfileTable tells what each column holds: how much is empty, how many values, its shape, what to mind. */
export function ProfileTable({ profile, whole, filter, change }: { profile: Schemas["DatasetProfile"]; whole: Facets | undefined; filter: RowFilter; change: (next: RowFilter) => void }) {
  const w = useWords("data");
  const f = useFormat();
  const share = (c: ColumnProfile) => (profile.row_count ? c.empty_count / profile.row_count : 0);
  const mind = (c: ColumnProfile): { tone: Tone; words: string; finding: string }[] => [
    ...Object.entries(c.private ?? {}).filter(([, n]) => n > 0).map(([kind]) => ({ tone: "azurite" as const, words: w(`private_${kind}`), finding: "clean.personal_data.v1" })),
    ...(c.mojibake_count > 0 ? [{ tone: "cinnabar" as const, words: w("damaged"), finding: "clean.mojibake.v1" }] : []),
    ...(c.full_width_share > 0.01 ? [{ tone: "gamboge" as const, words: w("full_width"), finding: "clean.width.v1" }] : []),
  ];
  return (
    <div className={css["profileBox"]} tabIndex={0} role="region" aria-label={w("profile")}>
      <table className={css["profile"]} data-total={(profile.columns ?? []).length}>
        <thead>
          <tr>
            <th>{w("p_column")}</th>
            <th>{w("p_type")}</th>
            <th className={css["num"]}>{w("p_empty")}</th>
            <th className={css["num"]}>{w("p_distinct")}</th>
            <th>{w("p_shape")}</th>
            <th>{w("p_length")}</th>
            <th>{w("p_mind")}</th>
          </tr>
        </thead>
        <tbody>
          {(profile.columns ?? []).map((c) => (
            <tr key={c.name}>
              <th scope="row" data-said>{c.name}</th>
              <td>{w(`type_${c.type}`)}</td>
              <td className={css["num"]} data-warn={share(c) > 0.5}>
                {c.empty_count ? <button type="button" className={css["door"]} title={w("see_empty", { count: f.count(c.empty_count) })} onClick={() => change(pick(filter, "where", c.name, "", false))}>{f.percent(share(c))}</button> : <span data-measure>0</span>}
              </td>
              <td className={css["num"]} data-measure title={w(`distinct_${c.distinct}`)}>{f.count(c.distinct_count)}</td>
              <td><Shape column={c} facet={whole?.columns?.find((x) => x.name === c.name)} /></td>
              <td className={css["note"]}>{c.length_max > 0 && w("length_words", { min: f.count(c.length_min), max: f.count(c.length_max), mean: f.count(Math.round(c.length_mean)) })}</td>
              <td className={css["chips"]}>
                {mind(c).map((m) => (
                  <button key={m.words} type="button" className={css["door"]} title={w("see_found")} onClick={() => change(pickFinding(filter, m.finding, false))}>
                    <Chip tone={m.tone}>{m.words}</Chip>
                  </button>
                ))}
                {c.damaged_count > 0 && <Chip tone="cinnabar">{w("lost_characters")}</Chip>}
              </td>
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  );
}

/** Shape is how the rows spread: shares of few values, else how long the texts are. */
function Shape({ column, facet }: { column: ColumnProfile; facet: Schemas["DatasetColumnFacet"] | undefined }) {
  const w = useWords("data");
  const f = useFormat();
  const values = facet?.values ?? [];
  const tip = (column.top ?? []).slice(0, 5).map((t) => `${t.value || w("blank")} ${f.count(t.count)}`).join(" · ");
  if (values.length > 1 && values.length <= mostShares) {
    return (
      <Tooltip title={tip}>
        <span className={css["shares"]} aria-hidden>{values.map((v, i) => <i key={v.value} style={{ flexGrow: v.count, opacity: 1 - (0.75 * i) / values.length }} />)}</span>
      </Tooltip>
    );
  }
  const bars = facet?.lengths ?? [];
  const most = Math.max(1, ...bars.map((b) => b.count));
  return (
    <Tooltip title={tip}>
      <span className={css["bars"]} aria-hidden>{bars.map((b) => <i key={b.from} style={{ height: `${b.count ? Math.max(6, (100 * b.count) / most) : 0}%` }} />)}</span>
    </Tooltip>
  );
}
