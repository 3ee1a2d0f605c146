import { Button } from "antd";
import { useWords } from "../../shared/words/useWords";
import type { Draft } from "./useDraft";
import css from "./clean.module.css";

/** Conflict says that somebody else kept another text of the recipe; nothing is lost until a person chooses. */
export function Conflict({ draft }: { draft: Draft }) {
  const w = useWords("clean");
  return (
    <div className={css["conflict"]} role="alert">
      <strong>{w("conflict")}</strong> {draft.fault?.fix}
      <Button size="small" onClick={() => void draft.takeTheirs()}>{w("take_theirs")}</Button>
      <Button size="small" onClick={() => void draft.keepMine()}>{w("keep_mine")}</Button>
    </div>
  );
}
