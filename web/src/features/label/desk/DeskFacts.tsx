import { Progress } from "antd";
import { useEffect, useRef } from "react";
import { Link } from "react-router";
import type { Schemas } from "../../../shared/api/client";
import { useFormat } from "../../../shared/format/useFormat";
import { useWords } from "../../../shared/words/useWords";
import type { Queue } from "../api";
import css from "./desk.module.css";

interface Props {
  product: string;
  queue: Queue;
  tally: Schemas["LabelTally"] | undefined;
  /** count is how many answers were given since the desk was opened. */
  count: number;
  pending: number;
  agreement: Schemas["LabelAgreement"] | undefined;
}

/** DeskFacts is how far, how fast and how well: each number opens its rows. */
export function DeskFacts({ product, queue, tally, count, agreement }: Props) {
  const w = useWords("label");
  const f = useFormat();
  // The tally is read now and then; what was answered since is added here.
  const read = useRef<{ tally: unknown; count: number }>({ tally: undefined, count: 0 });
  useEffect(() => {
    if (read.current.tally !== tally) read.current = { tally, count };
  });
  if (!tally) return null;
  const since = read.current.tally === tally ? count - read.current.count : 0;
  const own = tally.answer_count + since;
  const all = tally.answer_count + tally.left_count;
  const here = `/${product}/label/queues/${queue.id}`;
  return (
    <span className={css["facts"]}>
      <Progress className={css["progress"]!} percent={all ? Math.round((1000 * own) / all) / 10 : 0} showInfo={false} size={["100%", 5]} aria-label={w("progress")} />
      <Link to={`${here}/mine`} className={css["fact"]} data-testid="own">
        <b>{f.count(own)}</b> / {f.count(Math.max(all, own))}
      </Link>
      <Link to={`${here}/mine`} className={css["fact"]}>
        {w("fact_hour")} <b>{f.count(Math.max(0, tally.hour_count + since))}</b> {w("fact_rows")}
      </Link>
      {tally.agreed.of >= 20 && (
        <Link to={`${here}/mine`} className={css["fact"]}>
          {w("fact_right")} <b>{f.percent(tally.agreed.value)}%</b>
        </Link>
      )}
      {agreement?.alpha.defined && (
        <Link to={`${here}/quality`} className={css["fact"]}>
          {w("fact_alpha")} <b>{f.score(agreement.alpha.value)}</b>
          {agreement.simulated && <span className={css["sim"]}>{w("simulated")}</span>}
        </Link>
      )}
    </span>
  );
}
