import { useRef } from "react";
import { Link } from "react-router";
import type { Overview } from "../../shared/api/useOverview";
import { useProduct } from "../../shared/api/useProduct";
import { useFormat } from "../../shared/format/useFormat";
import { useSize } from "../../shared/table/useSize";
import { useWords } from "../../shared/words/useWords";
import css from "./home.module.css";

type Score = Overview["scores"][number];
const height = 250;
const pad = { left: 40, right: 132, top: 16, bottom: 24 };

/** Scores is the score over releases with its interval as a band; drawn by hand, since the chart library would double the weight of the first page. A point opens its report. */
export function Scores({ scores }: { scores: Score[] }) {
  const w = useWords("home");
  const f = useFormat();
  const product = useProduct();
  const box = useRef<HTMLDivElement>(null);
  const { width } = useSize(box);
  const low = Math.floor(Math.min(...scores.map((s) => s.low)) * 20) / 20;
  const high = Math.ceil(Math.max(...scores.map((s) => s.high)) * 20) / 20;
  const room = width - pad.left - pad.right;
  const x = (i: number) => pad.left + (scores.length < 2 ? room / 2 : (i * room) / (scores.length - 1));
  const y = (v: number) => pad.top + ((high - v) / (high - low || 1)) * (height - pad.top - pad.bottom);
  const line = scores.map((s, i) => `${x(i)},${y(s.exact)}`).join(" ");
  const edge = [...scores.map((s, i) => `${x(i)},${y(s.high)}`), ...scores.map((s, i) => `${x(i)},${y(s.low)}`).reverse()].join(" ");
  const last = scores.at(-1);
  return (
    <section className={css["scores"]}>
      <div className={css["head"]}>
        <h2>{w("better")}</h2>
        <span>{w("better_note")}</span>
      </div>
      <div ref={box} className={css["plot"]} style={{ height }}>
        {!last && <p className={css["none"]}>{w("no_scores")}</p>}
        {last && width > 0 && (
          <svg width={width} height={height} role="group" aria-label={w("better")}>
            {[low, (low + high) / 2, high].map((v, i) => (
              <g key={v}>
                <line x1={pad.left} x2={width - pad.right} y1={y(v)} y2={y(v)} stroke="var(--line1)" />
                <text x={pad.left - 6} y={y(v) + 4} textAnchor="end" className={css["axis"]}>
                  {f.percent(v, 0)}
                  {i === 0 && low > 0 ? ` ${w("from")}` : ""}
                </text>
              </g>
            ))}
            {scores.length > 1 && <polygon points={edge} fill="var(--jadeTint)" />}
            <polyline points={line} fill="none" stroke="var(--jade)" strokeWidth={2} />
            {scores.length === 1 && <line x1={x(0)} x2={x(0)} y1={y(last.low)} y2={y(last.high)} stroke="var(--jadeMark)" strokeWidth={6} opacity={0.4} />}
            {scores.map((s, i) => (
              <Link key={s.release_id} to={`/${product}/evaluate/${s.report_id}`} aria-label={`${s.release} ${f.percent(s.exact)}% ${f.interval(s.low, s.high)}`}>
                <circle cx={x(i)} cy={y(s.exact)} r={12} fill="transparent" />
                <circle cx={x(i)} cy={y(s.exact)} r={s.state === "live" ? 5 : 3.5} fill={s.state === "candidate" ? "var(--sheet)" : "var(--jade)"} stroke="var(--jade)" strokeWidth={2} />
                <text x={x(i)} y={height - 6} textAnchor="middle" className={css["axis"]}>
                  {s.release}
                </text>
              </Link>
            ))}
            <text x={x(scores.length - 1) + 12} y={y(last.exact) + 4} className={css["end"]}>
              {f.percent(last.exact)} {last.release} {w(`state_${last.state}`)}
            </text>
          </svg>
        )}
      </div>
    </section>
  );
}
