import { Tooltip } from "antd";
import type { Schemas } from "../../shared/api/client";
import { useFormat } from "../../shared/format/useFormat";
import { Chip } from "../../shared/page/Chip";
import { useWords } from "../../shared/words/useWords";
import type { ColumnProfile } from "./api";
import css from "./data.module.css";

/** ProfileTable tells what each column holds: how much is empty, how many values, how long, what to mind. */
export function ProfileTable({ profile }: { profile: Schemas["DatasetProfile"] }) {
  const w = useWords("data");
  const f = useFormat();
  const share = (c: ColumnProfile) => (profile.row_count ? c.empty_count / profile.row_count : 0);
  return (
    <div className={css["profileBox"]} tabIndex={0} role="region" aria-label={w("profile")}>
      <table className={css["profile"]}>
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
          {(profile.columns ?? []).map((c) => {
            const top = (c.top ?? []).slice(0, 12);
            const most = Math.max(1, ...top.map((t) => t.count));
            const kinds = Object.entries(c.private ?? {}).filter(([, n]) => n > 0);
            return (
              <tr key={c.name}>
                <th scope="row">{c.name}</th>
                <td>{w(`type_${c.type}`)}</td>
                <td className={css["num"]} data-warn={share(c) > 0.5}>{f.percent(share(c))}</td>
                <td className={css["num"]} title={c.distinct}>{f.count(c.distinct_count)}</td>
                <td>
                  <Tooltip title={top.slice(0, 5).map((t) => `${t.value || w("blank")} ${f.count(t.count)}`).join(" · ")}>
                    <span className={css["bars"]} aria-hidden>{top.map((t) => <i key={t.value} style={{ height: `${Math.max(6, (100 * t.count) / most)}%` }} />)}</span>
                  </Tooltip>
                </td>
                <td className={css["note"]}>{w("length_words", { min: f.count(c.length_min), max: f.count(c.length_max), mean: f.count(Math.round(c.length_mean)) })}</td>
                <td className={css["chips"]}>
                  {kinds.map(([kind, n]) => <Chip key={kind} tone="azurite">{w(`private_${kind}`)} {f.count(n)}</Chip>)}
                  {c.mojibake_count + c.damaged_count > 0 && <Chip tone="cinnabar">{w("damaged")} {f.count(c.mojibake_count + c.damaged_count)}</Chip>}
                  {c.full_width_share > 0.01 && <Chip tone="gamboge">{w("full_width")} {f.percent(c.full_width_share)}%</Chip>}
                </td>
              </tr>
            );
          })}
        </tbody>
      </table>
      {profile.duplicate_rows > 0 && <p className={css["note"]}>{w("duplicate_rows", { count: f.count(profile.duplicate_rows) })}</p>}
    </div>
  );
}
