import { Check, CircleDashed, CircleHelp, SkipForward } from "lucide-react";
import { Chip } from "../../../shared/page/Chip";
import { useLang } from "../../../shared/words/useLang";
import { useWords } from "../../../shared/words/useWords";
import type { Done } from "./deskState";
import css from "./desk.module.css";

interface Props {
  done: Done[];
  sending: { pending: number; offline: boolean };
  nameOf: (id: string) => string;
  back: (id: string) => void;
}

/** DoneStrip is the last five rows, each a way back; Backspace goes to the newest. */
export function DoneStrip({ done, sending, nameOf, back }: Props) {
  const w = useWords("label");
  const lang = useLang();
  const icon = (d: Done, i: number) => {
    if (d.kind === "skip") return <SkipForward size={14} aria-hidden />;
    if (d.kind === "ask") return <CircleHelp size={14} aria-hidden />;
    return i < sending.pending ? <CircleDashed size={14} aria-hidden /> : <Check size={14} aria-hidden />;
  };
  return (
    <section className={css["strip"]} aria-label={w("just_done")}>
      <div className={css["stripHead"]}>
        <h2>{w("just_done")}</h2>
        <span>
          {w("back_to_any")} <kbd>⌫</kbd>
        </span>
      </div>
      {done.length === 0 && <p className={css["stripNone"]}>{w("nothing_done")}</p>}
      <ol>
        {done.slice(0, 5).map((d, i) => (
          <li key={d.id}>
            <button type="button" className={css["doneRow"]} onClick={() => back(d.id)} title={w("back_to", { text: d.task.text })} data-done={d.kind}>
              <span className={css["doneIcon"]} data-pending={i < sending.pending}>{icon(d, i)}</span>
              <span className={css["doneText"]}>{d.task.text}</span>
              <span className={css["doneLabels"]}>
                {d.kind === "answer" ? d.labels.map((l) => <Chip key={l} tone="azurite">{nameOf(l)}</Chip>) : <Chip tone="gamboge">{d.kind === "ask" ? w("asked") : w("skipped")} · {d.reason}</Chip>}
                {d.kind === "answer" && !d.labels.length && <Chip>{w("no_label")}</Chip>}
              </span>
              <time className={css["doneTime"]}>{new Date(d.at).toLocaleTimeString(lang === "zh" ? "zh-CN" : "en-GB", { hour12: false })}</time>
            </button>
          </li>
        ))}
      </ol>
    </section>
  );
}
