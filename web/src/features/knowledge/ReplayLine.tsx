import { Drawer } from "antd";
import { useState } from "react";
import { Link } from "react-router";
import type { Fault } from "../../shared/api/fault";
import type { Schemas } from "../../shared/api/client";
import { useFormat } from "../../shared/format/useFormat";
import { useWords } from "../../shared/words/useWords";
import type { Replay } from "./api";
import css from "./knowledge.module.css";

type Side = "better" | "worse";

/** ReplayLine tells what the change does to what customers asked last; each number opens its questions. */
export function ReplayLine({ product, replay, working, fault }: { product: string; replay: Replay | undefined; working: boolean; fault: Fault | undefined }) {
  const w = useWords("knowledge");
  const f = useFormat();
  const [open, setOpen] = useState<Side>();
  const number = (side: Side) => (
    <button type="button" className={css[side]} disabled={replay![side].length === 0} aria-label={w(`replay_${side}`, { count: replay![side].length })} onClick={() => setOpen(side)}>
      {side === "better" ? "▲" : "▼"} {f.count(replay![side].length)}
    </button>
  );
  return (
    <span className={css["replay"]} data-testid="replay" data-working={working} role="status">
      {replay && replay.asked > 0 && <>{w("replayed", { count: replay.asked })} {number("better")} {number("worse")}</>}
      {replay?.asked === 0 && w("replay_none")}
      {!replay && (fault ? fault.title : w(working ? "replaying" : "goes_live"))}
      {replay && open && (
        <Drawer open onClose={() => setOpen(undefined)} size={560} title={w(`replay_${open}`, { count: replay[open].length })}>
          <ol className={css["moved"]}>
            {replay[open].map((m) => (
              <li key={m.turn_id}>
                <p><Link to={`/${product}/thread/${m.turn_id}`}>{m.text}</Link>{m.times > 1 && <small>×{f.count(m.times)}</small>}</p>
                <Answered words={w("before")} of={m.before} />
                <Answered words={w("after")} of={m.after} />
              </li>
            ))}
          </ol>
        </Drawer>
      )}
    </span>
  );
}

function Answered({ words, of }: { words: string; of: Schemas["KnowledgeAnswering"] }) {
  const w = useWords("knowledge");
  return (
    <dl>
      <dt>{words}</dt>
      <dd>
        <b>{of.question || (of.answered ? w("by_flow") : w("not_answered"))}</b> {of.reply}
      </dd>
    </dl>
  );
}
