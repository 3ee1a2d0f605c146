import { ActionButton } from "../../../shared/keys/ActionButton";
import type { Action } from "../../../shared/keys/actions";
import css from "./desk.module.css";

const shown = ["label.accept", "label.back", "label.skip", "label.ask", "label.alike", "label.guess"];

/** DeskActs are the tools under the labels, the primary first: the hand comes from the labels. */
export function DeskActs({ actions, hint }: { actions: Action[]; hint: string }) {
  return (
    <div className={css["acts"]}>
      {shown.flatMap((id) => actions.filter((a) => a.id === id)).map((a) => (
        <ActionButton key={a.id} action={a} size="large" type={a.id === "label.accept" ? "primary" : "default"} />
      ))}
      <p className={css["hint"]} role="status">
        {hint}
      </p>
    </div>
  );
}
