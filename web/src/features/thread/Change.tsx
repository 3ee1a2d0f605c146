import { splice } from "./splice";
import css from "./thread.module.css";

/** Change is one line with what went struck and what came underlined. */
export function Change({ before, after }: { before: string; after: string }) {
  const s = splice(before, after);
  return (
    <span className={css["change"]}>
      {s.head}
      {s.gone && <del>{s.gone}</del>}
      {s.come && <ins>{s.come}</ins>}
      {s.tail}
    </span>
  );
}
