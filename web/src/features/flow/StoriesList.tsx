import { Check, X } from "lucide-react";
import { Empty } from "../../shared/page/Empty";
import { useWords } from "../../shared/words/useWords";
import type { StoryReport } from "./api";
import css from "./flow.module.css";

/** StoriesList is how each story went; one that failed says at which line and why. A click plays it in the simulator. */
export function StoriesList({ report, onPlay }: { report: StoryReport | undefined; onPlay: (messages: string[]) => void }) {
  const w = useWords("flow");
  const results = [...(report?.results ?? [])].sort((a, b) => Number(a.passed) - Number(b.passed));
  if (!results.length) return <Empty text={w("stories_none")} />;
  return (
    <ul className={css["list"]}>
      {results.map((r) => (
        <li key={r.name}>
          <button type="button" onClick={() => onPlay((r.steps ?? []).map((s) => s.text))}>
            {r.passed ? <Check size={14} className={css["ok"]} aria-label={w("story_passed")} /> : <X size={14} className={css["bad"]} aria-label={w("story_failed")} />}
            <span>{r.name}</span>
            <span className={css["num"]}>{w("story_steps", { count: (r.steps ?? []).length })}</span>
            {r.failed && <span className={css["reason"]}>{r.failed}</span>}
          </button>
        </li>
      ))}
    </ul>
  );
}
