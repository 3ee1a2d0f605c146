import { useRef } from "react";
import { Link } from "react-router";
import type { Overview } from "../../shared/api/useOverview";
import { useFormat } from "../../shared/format/useFormat";
import { useSize } from "../../shared/table/useSize";
import { useWords } from "../../shared/words/useWords";
import { stageFacts } from "./stageFacts";
import css from "./home.module.css";

const largest = 140; // px, where the beads are
const least = 100;
const forWords = 116; // px at each side

const polar = (degrees: number, r: number) => ({ x: r * Math.cos((degrees * Math.PI) / 180), y: r * Math.sin((degrees * Math.PI) / 180) });

/** Ring is the 璧: ten stages around the one figure that counts. Each word opens its stage. */
export function Ring({ overview }: { overview: Overview }) {
  const w = useWords("home");
  const f = useFormat();
  const box = useRef<HTMLDivElement>(null);
  const { width } = useSize(box);
  const outer = Math.max(least, Math.min(largest, width / 2 - forWords));
  const middle = outer * 0.757;
  const band = outer * 0.37;
  const size = outer * 2 + 40;
  const step = 360 / overview.stages.length;
  const shown = overview.scores.findLast((s) => s.state === "live") ?? overview.scores.at(-1);
  const candidate = overview.scores.findLast((s) => s.state === "candidate" && s !== shown && s.created_us > (shown?.created_us ?? 0));
  const gain = candidate && shown ? (candidate.exact - shown.exact) * 100 : 0;
  const base = `/${overview.product_id}`;
  return (
    <div className={css["ringBox"]} ref={box}>
      <svg width={size} height={size} style={{ left: `calc(50% - ${size / 2}px)`, top: `calc(50% - ${size / 2}px)` }} viewBox={`${-size / 2} ${-size / 2} ${size} ${size}`} aria-hidden>
        <circle r={outer} fill="none" stroke="var(--jadeMark)" strokeWidth={1.2} />
        {overview.stages.map((s, i) => {
          const from = polar(-90 + step * (i - 0.5) + 1, middle);
          const to = polar(-90 + step * (i + 0.5) - 1, middle);
          return <path key={s.stage} d={`M${from.x} ${from.y} A${middle} ${middle} 0 0 1 ${to.x} ${to.y}`} fill="none" strokeWidth={band} stroke={s.state === "hollow" ? "var(--hover)" : "var(--jadeTint)"} />;
        })}
        {overview.stages.map((s, i) => {
          const at = polar(-90 + step * i, outer);
          return <circle key={s.stage} cx={at.x} cy={at.y} r={5.5} className={css["ringBead"]} data-state={s.state} />;
        })}
      </svg>
      <div className={css["centre"]}>
        {shown ? (
          <>
            <span>{w("exact")}</span>
            <Link className={css["hero"]!} to={`${base}/evaluate/${shown.report_id}`} aria-label={`${w("exact")} ${f.percent(shown.exact)}%`}>
              {f.percent(shown.exact)}
              <small>%</small>
            </Link>
            <span data-measure>
              {f.interval(shown.low, shown.high)} · {w("rows", { count: f.count(shown.rows) })}
            </span>
            {candidate && (
              <b data-better={gain >= 0}>
                {candidate.release} {f.percent(candidate.exact)} {gain >= 0 ? "▲" : "▼"} {Math.abs(gain).toFixed(1)}
              </b>
            )}
          </>
        ) : (
          <span>{w("no_score")}</span>
        )}
      </div>
      <ul data-grouped>
        {overview.stages.map((s, i) => {
          const degrees = -90 + step * i;
          const at = polar(degrees, outer + 16);
          const side = Math.abs(at.x) < 20 ? "centre" : at.x > 0 ? "right" : "left";
          const half = side === "centre" ? (at.y < 0 ? " - 100%" : "") : " - 50%";
          return (
            <li key={s.stage} className={css["word"]} data-side={side} style={{ left: `calc(50% + ${at.x}px)`, top: `calc(50% + ${at.y}px)`, maxWidth: side === "centre" ? 160 : width / 2 - Math.abs(at.x) - 8, transform: `translate(${side === "centre" ? "-50%" : side === "left" ? "-100%" : "0"}, ${half ? half.replace(" - ", "-") : "0"})` }}>
              <Link to={`${base}/${s.stage}`}>
                <strong>{w(`stage_${s.stage}`)}</strong>
                <span data-state={s.state}>{stageFacts(s, w, f)}</span>
              </Link>
            </li>
          );
        })}
      </ul>
    </div>
  );
}
