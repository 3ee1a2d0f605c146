import { Button } from "antd";
import { useFormat } from "../../../shared/format/useFormat";
import { useWords } from "../../../shared/words/useWords";
import type { Refused } from "./outbox";
import css from "./desk.module.css";

interface Props {
  sending: { pending: number; offline: boolean; refused: Refused[] };
  nameOf: (id: string) => string;
  again: () => void;
  forgive: () => void;
}

/** OfflineBar says what is only on this machine, and what the server would not take. */
export function OfflineBar({ sending, nameOf, again, forgive }: Props) {
  const w = useWords("label");
  const f = useFormat();
  return (
    <>
      {sending.offline && (
        <div className={css["offline"]} role="status" data-testid="offline">
          {sending.pending ? w("offline", { count: f.count(sending.pending) }) : w("offline_none")}
        </div>
      )}
      {sending.refused.length > 0 && (
        <div className={css["refused"]} role="alert">
          <div>
            <b>{w("refused", { count: sending.refused.length })}</b>
            {sending.refused.slice(0, 3).map((r) => (
              <p key={r.act.id}>
                {"text" in r.act && <q>{r.act.text.slice(0, 40)}</q>} {r.act.kind === "answer" && r.act.labels.map(nameOf).join(w("comma"))} {(r.act.kind === "ask" || r.act.kind === "skip") && r.act.reason} · {r.message}
                {r.fix && ` · ${r.fix}`}
              </p>
            ))}
          </div>
          <div className={css["refusedActs"]}>
            <Button size="small" onClick={again}>
              {w("refused_again")}
            </Button>
            <Button size="small" type="text" onClick={forgive}>
              {w("refused_seen")}
            </Button>
          </div>
        </div>
      )}
    </>
  );
}
