import { useWords } from "../../../shared/words/useWords";
import type { Task } from "../api";
import css from "./desk.module.css";

/** TaskText is the row to be labelled, with the lines before it and the lead's reply if somebody asked. */
export function TaskText({ task, reply }: { task: Task; reply?: string | undefined }) {
  const w = useWords("label");
  const long = task.text.length > 120;
  return (
    <div className={css["text"]}>
      <p className={css["rowID"]}>
        <span className="mono" title={task.row_id}>{task.row_id.slice(0, 12)}</span>
        {task.session && <span className={css["session"]} title={task.session}>{w("session", { session: task.session })}</span>}
      </p>
      {!!task.context?.length && (
        <ol className={css["context"]} aria-label={w("context")}>
          {task.context.map((line, i) => (
            <li key={i}>
              <span className={css["who"]}>{line.who === "agent" ? w("who_agent") : w("who_customer")}</span>
              <span>{line.text}</span>
            </li>
          ))}
        </ol>
      )}
      <blockquote className={css["task"]} data-long={long}>
        {task.text}
      </blockquote>
      {reply && (
        <p className={css["reply"]}>
          <b>{w("lead_replied")}</b> {reply}
        </p>
      )}
    </div>
  );
}
