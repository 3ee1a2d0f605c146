import { TriangleAlert } from "lucide-react";
import { Empty } from "../../shared/page/Empty";
import { useLang } from "../../shared/words/useLang";
import { useWords } from "../../shared/words/useWords";
import type { Problem } from "./api";
import css from "./flow.module.css";

/** ProblemsList is what the checks found without running the flow; grave ones keep it from being released. */
export function ProblemsList({ problems, at, onOpen }: { problems: Problem[]; at: number; onOpen: (i: number) => void }) {
  const w = useWords("flow");
  const lang = useLang();
  if (!problems.length) return <Empty text={w("problems_none")} />;
  return (
    <ul className={css["list"]}>
      {problems.map((p, i) => (
        <li key={i}>
          <button type="button" aria-current={i === at} onClick={() => onOpen(i)}>
            <TriangleAlert size={14} className={p.grave ? css["bad"] : css["mild"]} aria-label={p.grave ? w("grave") : w("mild")} />
            <span>{p.place}</span>
            <span className={css["num"]}>{w("line", { line: p.line })}</span>
            <span className={css["reason"]}>{lang === "zh" ? p.zh : p.en}</span>
          </button>
        </li>
      ))}
    </ul>
  );
}
