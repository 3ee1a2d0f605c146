import { Chip } from "../../shared/page/Chip";
import { useWords } from "../../shared/words/useWords";
import type { Label } from "./api";
import css from "./label.module.css";

/** RuleExamples are the examples of a label: those that have it, and the near ones that have another. */
export function RuleExamples({ label, nameOf }: { label: Label; nameOf: (id: string) => string }) {
  const w = useWords("label");
  const all = label.examples ?? [];
  const yes = all.filter((e) => e.labels?.includes(label.id));
  const no = all.filter((e) => !e.labels?.includes(label.id));
  const list = (items: typeof all, near: boolean) => (
    <ul className={css["examples"]}>
      {items.map((e, i) => (
        <li key={i} title={e.note}>
          {e.context?.map((line, j) => <span key={j} className={css["before"]}>{line}</span>)}
          {e.text}
          {near && <span className={css["instead"]}> → {e.labels?.map(nameOf).join(w("comma")) || w("no_label")}</span>}
          {!near && (e.labels?.length ?? 0) > 1 && <span className={css["instead"]}> + {e.labels?.filter((l) => l !== label.id).map(nameOf).join(w("comma"))}</span>}
          {e.note && <span className={css["why"]}>{e.note}</span>}
        </li>
      ))}
    </ul>
  );
  return (
    <>
      {yes.length > 0 && <><Chip tone="jade">{w("examples_yes")}</Chip>{list(yes, false)}</>}
      {no.length > 0 && <><Chip tone="cinnabar">{w("examples_no")}</Chip>{list(no, true)}</>}
    </>
  );
}
