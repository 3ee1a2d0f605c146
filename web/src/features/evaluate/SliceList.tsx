import { Link } from "react-router";
import { useProduct } from "../../shared/api/useProduct";
import { useFormat } from "../../shared/format/useFormat";
import { Section } from "../../shared/page/Section";
import { useWords } from "../../shared/words/useWords";
import type { Report } from "./api";
import css from "./evaluate.module.css";

/** SliceList is how right the model is on each kind of rows, against the live model; a line opens its rows. */
export function SliceList({ report }: { report: Report }) {
  const w = useWords("evaluate");
  const f = useFormat();
  const product = useProduct();
  if (!report.slices?.length) return null;
  return (
    <Section title={w("slices")} note={w("slices_note")}>
      {report.slices.map((s) => {
        const change = s.live === undefined ? 0 : s.exact.value - s.live;
        return (
          <Link key={s.id} className={css["share"]!} to={`/${product}/model/${report.model_id}/rows?slice=${s.id}`} data-whole data-base>
            <span>{w(`slice_${s.id}`)}</span>
            <i aria-hidden style={{ "--share": `${100 * s.exact.value}%` } as React.CSSProperties} />
            <b>
              {f.percent(s.exact.value)} <small>{f.interval(s.exact.low, s.exact.high)}</small>
              {Math.abs(change) >= 0.0005 && <em className={change > 0 ? css["better"] : css["worse"]}>{change > 0 ? "▲" : "▼"}{f.percent(Math.abs(change))}</em>}
            </b>
            <small>{f.count(s.rows)}</small>
          </Link>
        );
      })}
    </Section>
  );
}
