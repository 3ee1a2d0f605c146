import { useEffect, useRef, type ReactNode } from "react";
import { Bead, type BeadState } from "../../shared/page/Bead";
import css from "./thread.module.css";

/** BeadRow is one bead of the thread: its name and time at the left, what it holds at the right. */
export function BeadRow({ name, time, state, current, onCurrent, order, children }: { name: string; time?: string | undefined; state: BeadState; current: boolean; onCurrent: () => void; order: number; children: ReactNode }) {
  const row = useRef<HTMLLIElement>(null);
  useEffect(() => {
    if (current) row.current?.scrollIntoView({ block: "nearest" });
  }, [current]);
  return (
    <li className={css["bead"]} ref={row} data-current={current} style={{ animationDelay: `${order * 40}ms` }} onClick={onCurrent} aria-current={current}>
      <div className={css["when"]}>
        <h2>{name}</h2>
        {time && <span>{time}</span>}
      </div>
      <div className={css["knot"]}>
        <Bead state={state} />
      </div>
      <div className={css["what"]}>{children}</div>
    </li>
  );
}
