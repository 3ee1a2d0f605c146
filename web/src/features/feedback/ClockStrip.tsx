import { Button } from "antd";
import { Undo2 } from "lucide-react";
import { useEffect, useState } from "react";
import { Link } from "react-router";
import { useFormat } from "../../shared/format/useFormat";
import { useWords } from "../../shared/words/useWords";
import type { Fix } from "./api";
import { parts, promise, stretches } from "./clock";
import css from "./feedback.module.css";

/** ClockStrip is the fix loop's clock: while it runs a bead moves at the speed of the work; then each part with its time. */
export function ClockStrip({ product, running, began, fix, onTakeBack }: { product: string; running: boolean; began: number; fix: Fix | undefined; onTakeBack: () => void }) {
  const w = useWords("feedback");
  const f = useFormat();
  const elapsed = useElapsed(running, began);
  const { whole, of } = stretches(fix && !running ? fix : { clock: { relabel: 0, train: 0, test: 0, gate: 0, release: 0 }, seconds: elapsed });
  const refused = !running && fix && fix.state !== "live" && fix.state !== "taken_back";
  const end = running ? elapsed / whole : of.at(-1)!.to;
  return (
    <div className={css["strip"]} role="status" aria-live="polite">
      <div className={css["total"]} data-refused={!!refused}>
        <span>{w("loop")}</span>
        <b>{running || fix ? (running ? elapsed : fix!.seconds).toFixed(2) : "–"}</b>
        <small>s</small>
      </div>
      <div className={css["track"]} aria-hidden>
        {!running && fix && of.map((s, i) => <i key={s.part} className={css["stretch"]} data-odd={i % 2 === 1} style={{ left: `${100 * s.from}%`, width: `${100 * (s.to - s.from)}%` }} />)}
        {running && <i className={css["stretch"]} style={{ left: 0, width: `${100 * Math.min(1, end)}%` }} />}
        {(running || fix) && <i className={css["bead"]} data-refused={!!refused} style={{ left: `${100 * Math.min(1, end)}%` }} />}
        <i className={css["promise"]} style={{ left: `${(100 * promise) / whole}%` }}>
          <small>{promise.toFixed(2)} s</small>
        </i>
      </div>
      <dl className={css["parts"]}>
        {parts.map((part) => (
          <div key={part}>
            <dt>{w(`part_${part}`)}</dt>
            <dd>{fix && !running ? f.score(Math.min(fix.clock[part], 99)) : "–"}</dd>
          </div>
        ))}
      </dl>
      <div className={css["outcome"]}>
        {running && w("working")}
        {!running && !fix && w("idle")}
        {!running && fix && (
          <>
            <b data-refused={!!refused}>{w(`state_${fix.state}`)}</b>
            {refused && <span className={css["whyNot"]}>{fix.why}</span>}
            {fix.report_id && <Link to={`/${product}/evaluate/${fix.report_id}`}>{w("see_report")}</Link>}
            {fix.state === "live" && (
              <Button size="small" icon={<Undo2 size={14} />} onClick={onTakeBack}>
                {w("take_back")} <kbd aria-hidden>Z</kbd>
              </Button>
            )}
          </>
        )}
      </div>
    </div>
  );
}

/** useElapsed is the seconds since the fix began, moving with every frame while it runs. */
function useElapsed(running: boolean, began: number): number {
  const [now, setNow] = useState(0);
  useEffect(() => {
    if (!running) return;
    let frame = requestAnimationFrame(function step(at) {
      setNow(Math.max(0, (at - began) / 1000));
      frame = requestAnimationFrame(step);
    });
    return () => cancelAnimationFrame(frame);
  }, [running, began]);
  return now;
}
