import { useQuery, keepPreviousData } from "@tanstack/react-query";
import { Button, Input } from "antd";
import { SendHorizontal } from "lucide-react";
import { useEffect, useRef, useState } from "react";
import { ActionButton } from "../../shared/keys/ActionButton";
import { useActions } from "../../shared/keys/useActions";
import { Chip } from "../../shared/page/Chip";
import { ReadFault } from "../../shared/page/ReadFault";
import { useWords } from "../../shared/words/useWords";
import { simulate, type Tried } from "./api";
import { Decisions } from "./Decisions";
import { Reply } from "./Reply";
import css from "./flow.module.css";

export interface SimulatorProps {
  product: string;
  flow: string;
  /** text is the newest text that can be read: what is being edited is what is tried. */
  text: string;
  names: Map<string, string>;
  messages: string[];
  onMessages: (messages: string[]) => void;
  /** lit is the turn whose way glows on the canvas; -1 for none. */
  lit: number;
  onLit: (turn: number, nodes: string[]) => void;
  onNode: (id: string) => void;
  onKeep: (turns: Tried[]) => void;
  mayKeep: boolean;
}

/** Simulator talks to the flow that is on the page and shows every decision of every turn. */
export function Simulator(p: SimulatorProps) {
  const w = useWords("flow");
  const [said, setSaid] = useState("");
  const log = useRef<HTMLDivElement>(null);
  const played = useQuery({
    queryKey: ["flow", p.product, "simulated", p.flow, p.text, p.messages],
    queryFn: () => simulate(p.product, p.flow, p.text, p.messages, "web"),
    placeholderData: keepPreviousData,
    staleTime: Infinity,
    gcTime: 60_000,
  });
  const turns = played.data?.turns ?? [];
  const last = turns.at(-1);
  useEffect(() => {
    if (log.current) log.current.scrollTop = log.current.scrollHeight;
    if (last && turns.length > 1) p.onLit(turns.length - 1, (last.trace.path ?? []).map((s) => s.node));
    // The way glows when an answer comes, not when the page draws itself anew.
  }, [played.data]);
  const say = (text: string) => {
    const line = text.trim();
    if (!line) return;
    p.onMessages([...p.messages, line]);
    setSaid("");
  };
  const keep = { id: "flow.story_keep", words: w("story_keep"), key: "Ctrl S", when: () => p.mayKeep && turns.length > 1 && !played.isPlaceholderData, run: () => p.onKeep(turns) };
  const anew = { id: "flow.simulate_anew", words: w("simulate_anew"), when: () => p.messages.length > 0, run: () => p.onMessages([]) };
  useActions([keep, anew]);
  const slots = Object.entries(last?.state.slots ?? {}).filter(([, v]) => v.text);
  return (
    <div className={css["simulator"]}>
      <div className={css["simActs"]}>
        <ActionButton size="small" type="text" action={anew} />
        <ActionButton size="small" action={keep} />
      </div>
      <div className={css["log"]} ref={log} tabIndex={0} role="log" data-said aria-label={w("tab_simulate")}>
        <ReadFault of={played} />
        {turns.map((t, i) => (
          <div key={i} className={css["turn"]} data-lit={p.lit === i}>
            {t.text && (
              <button type="button" className={css["mine"]} aria-pressed={p.lit === i} onClick={() => p.onLit(i, (t.trace.path ?? []).map((s) => s.node))}>
                {t.text}
              </button>
            )}
            {t.text && <Decisions trace={t.trace} names={p.names} onNode={p.onNode} />}
            <Reply parts={t.parts ?? []} onSay={say} />
          </div>
        ))}
      </div>
      <div className={css["simFoot"]}>
        {slots.length > 0 && (
          <p className={css["slots"]}>
            {w("slots")}
            {slots.map(([name, v]) => (
              <Chip key={name} tone="azurite">
                {p.names.get(name) ?? name} {v.text}
              </Chip>
            ))}
          </p>
        )}
        <form
          onSubmit={(e) => {
            e.preventDefault();
            say(said);
          }}
        >
          <Input
            id="flow-say"
            aria-label={w("say_something")}
            placeholder={w("say_something")}
            value={said}
            onChange={(e) => setSaid(e.target.value)}
            onKeyDown={(e) => {
              if (e.key === "ArrowUp" && !said && p.messages.length) {
                e.preventDefault();
                setSaid(p.messages.at(-1)!);
                p.onMessages(p.messages.slice(0, -1));
              }
            }}
            suffix={<Button type="text" size="small" htmlType="submit" icon={<SendHorizontal size={15} />} aria-label={w("send")} loading={played.isFetching && played.isPlaceholderData} />}
          />
        </form>
      </div>
    </div>
  );
}
