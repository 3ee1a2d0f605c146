import { Bead } from "../../../shared/page/Bead";
import { useFormat } from "../../../shared/format/useFormat";
import { useWords } from "../../../shared/words/useWords";
import css from "./desk.module.css";

/** SavedState says whether everything is on the server, and how many tasks are here ahead of need. */
export function SavedState({ sending, ready }: { sending: { pending: number; offline: boolean }; ready: number }) {
  const w = useWords("label");
  const f = useFormat();
  const words = sending.offline ? w("state_offline", { count: f.count(sending.pending) }) : sending.pending ? w("state_sending", { count: f.count(sending.pending) }) : w("state_saved");
  return (
    <span className={css["saved"]} data-testid="saved" data-pending={sending.pending}>
      <Bead state={sending.offline ? "hollow" : sending.pending ? "amber" : "jade"} />
      {words}
      <span className={css["ahead"]}>{w("state_ahead", { count: f.count(Math.max(0, ready - 1)) })}</span>
    </span>
  );
}
