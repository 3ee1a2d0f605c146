import { useMemo, useState } from "react";
import { useActions } from "../../../shared/keys/useActions";
import { BookOpen } from "lucide-react";
import { ActionButton } from "../../../shared/keys/ActionButton";
import { Empty } from "../../../shared/page/Empty";
import { Bones } from "../../../shared/page/Bones";
import { FaultBand } from "../../../shared/page/FaultBand";
import { Page } from "../../../shared/page/Page";
import { useWords } from "../../../shared/words/useWords";
import { Link, useNavigate } from "react-router";
import type { Queue, Saved } from "../api";
import { useAgreement, useTally } from "../api";
import { useLabelName } from "../useLabelName";
import { deskActions, labelActions } from "./actions";
import { isGone } from "./deskKept";
import { AlikeDrawer } from "./AlikeDrawer";
import { AskDialog } from "./AskDialog";
import { DeskActs } from "./DeskActs";
import { DeskFacts } from "./DeskFacts";
import { DoneStrip } from "./DoneStrip";
import { guessed, keysOf, toggled } from "./labelKeys";
import { LabelKeys } from "./LabelKeys";
import { LabelSearch } from "./LabelSearch";
import { OfflineBar } from "./OfflineBar";
import { RuleDrawer } from "./RuleDrawer";
import { RulePane } from "./RulePane";
import { SavedState } from "./SavedState";
import { SkipDialog } from "./SkipDialog";
import { TaskText } from "./TaskText";
import { useAlikes } from "./useAlikes";
import { useDesk } from "./useDesk";
import { usePainted } from "./usePainted";
import { useFlag } from "./useFlag";
import { useMySkips } from "./useMySkips";
import { useRecent } from "./useRecent";
import css from "./desk.module.css";

type Open = "" | "search" | "skip" | "ask" | "rule" | "alike";

/** Desk is one row at a time, by keys. The next task is painted before the key is up; what was decided is on this machine first. */
export function Desk({ product, queue, saved, person }: { product: string; queue: Queue; saved: Saved; person: string }) {
  const w = useWords("label");
  const go = useNavigate();
  const desk = useDesk(queue, person);
  const tally = useTally(product, queue.id);
  const agreement = useAgreement(product, queue.id);
  const nameOf = useLabelName(saved);
  const [open, setOpen] = useState<Open>("");
  const [hint, setHint] = useState("");
  const [focus, setFocus] = useState<string>();
  const [showGuess, setShowGuess] = useFlag("guess", true);
  const labels = useMemo(() => saved.guideline.labels ?? [], [saved]);
  const keys = useMemo(() => keysOf(labels), [labels]);
  const { recent, use: used } = useRecent(`${product}.${queue.id}`);
  const skips = useMySkips(product, queue.id);
  const task = desk.current;
  const alikes = useAlikes(product, task?.id);
  const multi = saved.guideline.multi;
  const guesses = showGuess ? (task?.suggestions ?? []) : [];
  // Whoever labels a row that others label too must not start from the machine's word.
  const mayAccept = queue.annotators === 1;
  const painted = usePainted(task?.id, desk.chosen);

  const submit = (chosen: string[]) => {
    if (!task) return;
    const answer = chosen.length || !mayAccept ? chosen : guessed(guesses, multi);
    if (!answer.length) return setHint(multi ? w("hint_none_multi") : w("hint_none"));
    painted.begin("next");
    setHint("");
    used(answer);
    desk.answer([task], answer, guesses.length > 0);
  };
  const choose = (id: string, andGo = false) => {
    if (!task) return;
    const next = toggled(desk.chosen, id, multi, labels);
    setFocus(id);
    setHint("");
    if (andGo || (!multi && next.length)) return submit(andGo && !next.includes(id) ? [...next, id] : next);
    painted.begin("choice");
    desk.choose(next);
  };
  const can = {
    task: () => !!task && open === "",
    back: () => desk.done.length > 0 && open === "",
    alike: () => !!task && (alikes.data?.open?.length ?? 0) > 0 && (desk.chosen.length > 0 || (mayAccept && guesses.length > 0)),
    accept: () => submit(desk.chosen),
    none: () => task && multi && (painted.begin("next"), desk.answer([task], [], guesses.length > 0)),
    undo: desk.backLast,
    open: (what: Open) => setOpen(what),
    guess: () => setShowGuess(!showGuess),
    thread: () => task && go(`/${product}/thread/${encodeURIComponent(task.row_id)}`),
    multi,
    alikeCount: alikes.data?.open?.length ?? 0,
    guessShown: showGuess,
  };
  const actions = deskActions(w, can);
  useActions(actions);
  useActions(labelActions(labels, keys, nameOf, w, choose, can.task, multi), "labels");

  const focused = focus && (desk.chosen.includes(focus) || !guesses.length) ? focus : (desk.chosen.at(-1) ?? guesses[0]?.label ?? focus ?? labels[0]?.id);
  const reply = task && skips.data?.find((s) => s.task_id === task.id && s.reply);
  const act = (id: string) => actions.find((a) => a.id === id)!;

  return (
    <Page
      title={w("title")}
      name={queue.name}
      facts={<DeskFacts product={product} queue={queue} tally={tally.data} count={desk.count} pending={desk.sending.pending} agreement={agreement.data} />}
      acts={
        <>
          <SavedState sending={desk.sending} ready={desk.tasks.length} />
          <ActionButton action={{ ...act("label.rule"), words: w("guideline_version", { version: saved.version }) }} icon={<BookOpen size={14} />} />
        </>
      }
      pane={<RulePane product={product} queue={queue} saved={saved} label={focused} alikes={alikes.data} onLabel={setFocus} />}
      flush
    >
      <OfflineBar sending={desk.sending} nameOf={nameOf} again={desk.again} forgive={desk.forgive} />
      {desk.fault && !(isGone(desk.fault) && desk.current) && <FaultBand fault={desk.fault} retry={desk.retry} />}
      <div className={css["desk"]}>
        {task ? (
          <div className={css["work"]} data-task={task.id} data-testid="task">
            <TaskText task={task} reply={reply?.reply} />
            <LabelKeys labels={labels} keys={keys} chosen={desk.chosen} guesses={guesses} recent={recent} nameOf={nameOf} multi={multi} choose={choose} onFocus={setFocus} search={() => setOpen("search")} />
            <DeskActs actions={actions} hint={hint} />
          </div>
        ) : desk.ready && !desk.fault ? (
          <Empty
            text={w("desk_done", { count: tally.data ? tally.data.answer_count : desk.count })}
            act={<Link to={`/${product}/label/queues/${queue.id}/quality`}>{w("to_quality")}</Link>}
            link={{ to: `/${product}/label`, words: w("to_queues") }}
          />
        ) : (
          !desk.fault && <Bones shape="form" />
        )}
      </div>
      <DoneStrip done={desk.done} sending={desk.sending} nameOf={nameOf} back={(id) => desk.back(id)} />
      {open === "search" && <LabelSearch labels={labels} keys={keys} chosen={desk.chosen} nameOf={nameOf} choose={(id) => choose(id)} close={() => setOpen("")} multi={multi} />}
      {open === "skip" && <SkipDialog close={() => setOpen("")} skip={(reason) => (painted.begin("next"), desk.putAside("skip", reason), setOpen(""))} />}
      {open === "ask" && <AskDialog text={task?.text ?? ""} close={() => setOpen("")} ask={(question) => (desk.putAside("ask", question), setOpen(""))} />}
      <RuleDrawer open={open === "rule"} saved={saved} nameOf={nameOf} label={focused} close={() => setOpen("")} product={product} />
      {open === "alike" && alikes.data && task && (
        <AlikeDrawer
          queue={queue.id}
          task={task}
          alikes={alikes.data.open ?? []}
          labels={desk.chosen.length ? desk.chosen : guessed(guesses, multi)}
          held={desk.tasks}
          nameOf={nameOf}
          close={() => setOpen("")}
          apply={(tasks, answer) => (used(answer), desk.answer(tasks, answer, guesses.length > 0), setOpen(""))}
        />
      )}
    </Page>
  );
}
