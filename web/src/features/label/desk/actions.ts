import type { Action } from "../../../shared/keys/actions";
import type { Word } from "../../../shared/words/useWords";

interface Can {
  task: () => boolean;
  back: () => boolean;
  alike: () => boolean;
  accept: () => void;
  none: () => void;
  undo: () => void;
  open: (what: "search" | "skip" | "ask" | "rule" | "alike") => void;
  guess: () => void;
  thread: () => void;
  multi: boolean;
  alikeCount: number;
  guessShown: boolean;
}

/** deskActions are the tools of the desk; label keys are a layer of their own. */
export function deskActions(w: Word, can: Can): Action[] {
  return [
    { id: "label.accept", words: w("act_accept"), key: "Enter", when: can.task, run: can.accept },
    ...(can.multi ? [{ id: "label.none", words: w("act_none"), key: "Shift Enter", when: can.task, run: can.none }] : []),
    { id: "label.back", words: w("act_back"), key: "Backspace", when: can.back, run: can.undo },
    { id: "label.skip", words: w("act_skip"), key: "S", when: can.task, run: () => can.open("skip") },
    { id: "label.ask", words: w("act_ask"), key: "F", when: can.task, run: () => can.open("ask") },
    { id: "label.alike", words: w("act_alike", { count: can.alikeCount }), key: "B", when: () => can.task() && can.alike(), run: () => can.open("alike") },
    { id: "label.search", words: w("act_search"), key: "/", when: can.task, run: () => can.open("search") },
    { id: "label.rule", words: w("act_rule"), key: ";", run: () => can.open("rule") },
    { id: "label.guess", words: can.guessShown ? w("act_guess_off") : w("act_guess_on"), key: "V", run: can.guess },
    { id: "label.thread", words: w("act_thread"), key: "T", when: can.task, run: can.thread },
  ];
}

/** labelActions are the keys of labels: the key chooses, with Shift it chooses and goes on. */
export function labelActions(labels: readonly { id: string }[], keys: Map<string, string>, nameOf: (id: string) => string, w: Word, choose: (id: string, andGo?: boolean) => void, when: () => boolean, multi: boolean): Action[] {
  return labels.flatMap(({ id }) => {
    const key = keys.get(id);
    if (!key) return [];
    const one: Action = { id: `label.key.${key}`, words: w("act_label", { label: nameOf(id) }), key, when, run: () => choose(id) };
    if (!multi) return [one];
    return [one, { id: `label.only.${key}`, words: w("act_label_next", { label: nameOf(id) }), key: `Shift ${key}`, when, run: () => choose(id, true), hidden: true }];
  });
}
