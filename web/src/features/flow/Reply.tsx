import { Button } from "antd";
import { useWords } from "../../shared/words/useWords";
import type { Part } from "./api";
import css from "./flow.module.css";

/** Reply is an answer as a customer sees it; its buttons say what they send. */
export function Reply({ parts, onSay }: { parts: Part[]; onSay: (text: string) => void }) {
  const w = useWords("flow");
  return (
    <>
      {parts.map((p, i) => {
        const said = p.say && <small className={css["spoken"]}>{w("spoken", { text: p.say })}</small>;
        if (p.kind === "card")
          return (
            <section key={i} className={css["replyCard"]} aria-label={p.title}>
              <b>{p.title}</b>
              {(p.facts ?? []).map((x) => (
                <div key={x.name}>
                  <span>{x.name}</span>
                  <span>{x.value}</span>
                </div>
              ))}
              {(p.actions ?? []).map((c) => (
                <Button key={c.text} size="small" onClick={() => onSay(c.send)}>
                  {c.text}
                </Button>
              ))}
              {said}
            </section>
          );
        if (p.kind === "choices")
          return (
            <div key={i} className={css["choices"]}>
              {(p.choices ?? []).map((c) => (
                <Button key={c.text} size="small" onClick={() => onSay(c.send)}>
                  {c.text}
                </Button>
              ))}
            </div>
          );
        return (
          <p key={i} className={css["bubble"]} data-kind={p.kind}>
            {p.text}
            {said}
            {p.kind === "handover" && p.queue && <span className={css["queue"]}>{w("handed", { queue: p.queue })}</span>}
          </p>
        );
      })}
    </>
  );
}
