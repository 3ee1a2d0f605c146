import { useMutation, useQueryClient } from "@tanstack/react-query";
import { Button } from "antd";
import { FileSpreadsheet, History } from "lucide-react";
import { useEffect, useMemo, useState } from "react";
import { useNavigate } from "react-router";
import { api, ask } from "../../shared/api/client";
import { asFault } from "../../shared/api/fault";
import { useLabelNames } from "../../shared/api/useLabelNames";
import { useMay } from "../../shared/api/useMe";
import { useProduct } from "../../shared/api/useProduct";
import { useFormat } from "../../shared/format/useFormat";
import type { Action } from "../../shared/keys/actions";
import { ActionButton } from "../../shared/keys/ActionButton";
import { useActions } from "../../shared/keys/useActions";
import { Empty } from "../../shared/page/Empty";
import { Faces } from "../../shared/page/Faces";
import { FaultBand } from "../../shared/page/FaultBand";
import { Page } from "../../shared/page/Page";
import { Pane } from "../../shared/page/Pane";
import { writeExcel } from "../../shared/table/excel";
import { useFilters } from "../../shared/table/useFilters";
import { did } from "../../shared/undo/undo";
import { useWords } from "../../shared/words/useWords";
import { statuses, useClusters, useFixes, useInbox, useTalk, useTurn, type Item, type Status } from "./api";
import { Causes } from "./Causes";
import { parts } from "./clock";
import { ClockStrip } from "./ClockStrip";
import css from "./feedback.module.css";
import { FixLog } from "./FixLog";
import { Meanings, toggled } from "./Meanings";
import { moved, shownItems, withKept, type Kept } from "./order";
import { Talk } from "./Talk";
import { TurnList } from "./TurnList";
import { useFix } from "./useFix";
import { useLabels } from "./useLabels";
import { WriteAnswer } from "./WriteAnswer";

/** InboxPage is the live turns that went wrong, the costliest first; each is corrected with one key and live again in two seconds. */
export function InboxPage() {
  const w = useWords("feedback");
  const f = useFormat();
  const go = useNavigate();
  const product = useProduct();
  const client = useQueryClient();
  const mayFix = useMay("trainer");
  const nameOf = useLabelNames(product);
  const labels = useLabels(product);
  const { filters, set } = useFilters(["cause", "status", "turn", "group", "log"] as const);
  const status: Status = statuses.find((s) => s === filters.status) ?? "open";
  const inbox = useInbox(product, status);
  const clusters = useClusters(product);
  const [kept, setKept] = useState<Kept>();
  const items = useMemo(
    () => withKept(shownItems(inbox.data ?? [], filters.cause, filters.group === "1" ? clusters.data : undefined), kept, filters.turn),
    [inbox.data, clusters.data, filters.cause, filters.group, filters.turn, kept],
  );
  const item = items.find((i) => i.turn_id === filters.turn) ?? items[0];
  const turn = useTurn(product, item?.turn_id);
  const talk = useTalk(product, item?.session_id);
  const fixes = useFixes(product);
  const [chosen, setChosen] = useState<string[]>([]);
  const [writing, setWriting] = useState(false);
  const alike = useMemo(() => alikeOf(item, inbox.data ?? [], clusters.data ?? []), [item, inbox.data, clusters.data]);
  const [ticked, setTicked] = useState<string[]>([]);
  const fix = useFix(product);
  useEffect(() => setChosen([]), [item?.turn_id]);
  useEffect(() => setTicked(alike.map((i) => i.turn_id)), [alike]);

  const decide = useMutation({
    mutationFn: ({ item: i, to }: { item: Item; to: "open" | "right" | "dismissed" }) => ask(api.PUT("/api/v1/inbox/{turn}/status", { params: { path: { turn: i.turn_id } }, body: { status: to } })),
    onSettled: () => client.invalidateQueries({ queryKey: ["feedback", product] }),
  });
  const close = (to: "right" | "dismissed") => {
    const i = item!;
    set({ turn: moved(items, i.turn_id, 1) });
    decide.mutate({ item: i, to });
    did({ words: w(to === "right" ? "was_right" : "was_dismissed"), undo: () => decide.mutateAsync({ item: i, to: "open" }), redo: () => decide.mutateAsync({ item: i, to }) });
  };
  const shownFix = fix.fix ?? fixes.data?.find((x) => x.turn_id === item?.turn_id);
  const clockFix = fix.running ? fix.partial : (fix.fix ?? fixes.data?.[0]);
  const logPart = parts.find((p) => p === filters.log);
  const top = turn.data?.trace.labels ?? [];
  const ready = mayFix && !!item && !fix.running && status !== "fixed";
  const fixNow: Action = {
    id: "feedback.fix", words: w("fix"), key: "Enter", when: () => ready && chosen.length > 0,
    run: () => {
      setKept({ item: item!, index: items.indexOf(item!) });
      set({ turn: item!.turn_id });
      fix.start.mutate({ item: item!, labels: chosen, alike: ticked });
    },
  };
  const isOpen = !!inbox.data?.some((i) => i.turn_id === item?.turn_id) && status === "open";
  const has = (id: string) => labels.some((l) => l.id === id);
  const others: Action[] = [
    { id: "feedback.right", words: w("right"), key: "A", when: () => isOpen, run: () => close("right") },
    { id: "feedback.write", words: w("write"), key: "W", when: () => mayFix && !!item, run: () => setWriting(true) },
    ...(has("out_of_scope") ? [{ id: "feedback.scope", words: w("scope"), key: "O", when: () => ready, run: () => setChosen(["out_of_scope"]) }] : []),
    ...(has("human") ? [{ id: "feedback.human", words: w("human"), key: "H", when: () => ready, run: () => setChosen(["human"]) }] : []),
    { id: "feedback.dismiss", words: w("dismiss"), key: "D", when: () => isOpen, run: () => close("dismissed") },
  ];
  const group: Action = { id: "feedback.group", words: w(filters.group ? "ungroup" : "group"), key: "U", run: () => set({ group: filters.group ? "" : "1" }) };
  const thread: Action = { id: "feedback.thread", words: w("thread"), key: "T", when: () => !!item, run: () => go(`/${product}/thread/${item!.turn_id}`) };
  useActions([
    fixNow, ...others, group, thread,
    ...top.slice(0, 5).map((t, i) => ({ id: `feedback.meaning_${i + 1}`, words: nameOf(t.label), key: String(i + 1), hidden: true, when: () => ready, run: () => setChosen(toggled(chosen, t.label)) })),
  ]);
  useActions(
    [
      { id: "feedback.next", words: w("next"), key: "J", more: ["ArrowDown"], hidden: true, repeat: true, run: () => set({ turn: moved(items, item?.turn_id, 1) }) },
      { id: "feedback.before", words: w("before"), key: "K", more: ["ArrowUp"], hidden: true, repeat: true, run: () => set({ turn: moved(items, item?.turn_id, -1) }) },
    ],
    "list",
  );
  const excel = () =>
    void writeExcel(w("title"), [
      { key: "text", title: w("col_text"), plain: (r: Item) => r.text }, { key: "reply", title: w("col_reply"), plain: (r: Item) => r.reply },
      { key: "cause", title: w("col_cause"), plain: (r: Item) => w(`cause_${r.cause}`) }, { key: "label", title: w("col_label"), plain: (r: Item) => nameOf(r.label) },
      { key: "p", title: w("col_p"), plain: (r: Item) => r.p }, { key: "count", title: w("col_count"), plain: (r: Item) => r.count }, { key: "at", title: w("col_at"), plain: (r: Item) => new Date(r.at) },
    ] as never, items);
  const fault = fix.start.error ?? decide.error ?? fix.takeBack.error;
  return (
    <Page
      title={w("title")}
      flush
      facts={inbox.data && <Causes items={inbox.data} cause={filters.cause} status={status} onCause={(cause) => set({ cause, turn: "" })} onStatus={(s) => set({ status: s === "open" ? "" : s, turn: "", cause: "" })} />}
      acts={
        <>
          <Button icon={<FileSpreadsheet size={14} />} onClick={excel} disabled={items.length === 0} aria-label={w("excel")} />
          <Button icon={<History size={14} />} onClick={() => go(`/${product}/feedback/fixes`)} aria-label={w("fixes")} />
          <ActionButton action={group} />
        </>
      }
      pane={
        item && turn.data && (
          <Pane title={w("correct")} width={340}>
            <Meanings turn={turn.data} labels={labels} chosen={chosen} onChoose={setChosen} alike={alike} ticked={ticked} onTick={setTicked} fix={fixNow} others={others} />
          </Pane>
        )
      }
    >
      {fault && <FaultBand fault={asFault(fault)} retry={() => (fix.start.reset(), decide.reset(), fix.takeBack.reset())} />}
      {fix.job?.state === "failed" && fix.job.failure && <p className={css["failed"]}>{fix.job.failure.message} <b>{fix.job.failure.fix}</b></p>}
      <Faces of={{ ...inbox, data: inbox.data && items }} empty={<Empty text={w(filters.cause || status !== "open" ? "empty_here" : "empty")} />}>
        {() => (
          <div className={css["inbox"]}>
            <div className={css["left"]}>
              <p className={css["listHead"]}><span>{w("order")}</span><span>{w("alike_short")}</span></p>
              <TurnList items={items} at={item?.turn_id} onPick={(t) => set({ turn: t })} />
              <p className={css["foot"]} data-total={items.length}>{w("foot", { shown: f.count(items.length), of: f.count(inbox.data?.length ?? 0) })}</p>
            </div>
            <div className={css["middle"]}>
              {item && (
                <p className={css["talkHead"]}>
                  <span>{f.time(Date.parse(item.at) * 1000)}{turn.data && ` · ${w("turn_n", { n: f.count(turn.data.number) })}`}</span>
                  <Button type="text" size="small" onClick={() => thread.run()}>{w("thread")} <kbd aria-hidden>T</kbd></Button>
                </p>
              )}
              <Faces of={turn} shape="rows">{(t) => <Talk product={product} turns={talk.data} turn={t} fix={shownFix?.turn_id === t.id ? shownFix : undefined} nameOf={nameOf} />}</Faces>
            </div>
          </div>
        )}
      </Faces>
      <ClockStrip product={product} running={fix.running} began={fix.began} done={fix.done} fix={clockFix} onTakeBack={() => fix.takeBack.mutate(clockFix!.id)} onLog={(log) => set({ log })} />
      {clockFix && logPart && <FixLog product={product} fix={clockFix} part={logPart} onClose={() => set({ log: "" })} nameOf={nameOf} />}
      {item && <WriteAnswer product={product} open={writing} onClose={() => setWriting(false)} question={item.text} />}
    </Page>
  );
}

/** alikeOf is the other open items of the cluster that holds the item. */
function alikeOf(item: Item | undefined, items: Item[], clusters: { turns: string[] | null }[]): Item[] {
  if (!item) return [];
  const turns = clusters.find((c) => c.turns?.includes(item.turn_id))?.turns ?? [];
  return items.filter((i) => i.turn_id !== item.turn_id && turns.includes(i.turn_id)).slice(0, 20);
}
