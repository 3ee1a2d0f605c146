import { Button } from "antd";
import { useWords } from "../../shared/words/useWords";
import { plainText } from "./api";
import type { Draft } from "./entries";
import css from "./knowledge.module.css";

/** Conflict shows what somebody else saved meanwhile beside what was typed here. */
export function Conflict({ mine, theirs, onMine, onTheirs }: { mine: Draft; theirs: Draft; onMine: () => void; onTheirs: () => void }) {
  const w = useWords("knowledge");
  const text = (d: Draft) => [d.question, ...d.variants, "", plainText(d.parts)].join("\n");
  return (
    <div className={css["conflict"]} role="alert">
      <p>{w("conflict")}</p>
      <div className={css["two"]}>
        <div><b>{w("mine")}</b><pre>{text(mine)}</pre><Button size="small" onClick={onMine}>{w("keep_mine")}</Button></div>
        <div><b>{w("theirs")}</b><pre>{text(theirs)}</pre><Button size="small" onClick={onTheirs}>{w("take_theirs")}</Button></div>
      </div>
    </div>
  );
}
