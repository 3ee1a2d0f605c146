import type { Action } from "../../shared/keys/actions";
import type { Word } from "../../shared/words/useWords";

export interface DesignCan {
  may: boolean;
  changed: boolean;
  saving: boolean;
  drawn: boolean;
  selected: boolean;
  problems: number;
  stories: boolean;
  run: () => void;
  save: () => void;
  add: () => void;
  edit: () => void;
  next: () => void;
  turn: () => void;
  fit: () => void;
  move: (to: "down" | "up" | "left" | "right") => void;
}

/** designActions is what the designer can do, with its keys. Tab goes from node to node as the browser does it. */
export function designActions(w: Word, can: DesignCan) {
  const run: Action = { id: "flow.run", words: w("run"), key: "R", when: () => can.stories, run: can.run };
  const save: Action = { id: "flow.save", words: w("save_flow"), key: "Ctrl Enter", when: () => can.may && can.changed && !can.saving, run: can.save };
  const move = (to: "down" | "up" | "left" | "right", key: string): Action => ({ id: `flow.move_${to}`, words: w(`move_${to}`), key, when: () => can.drawn, run: () => can.move(to), hidden: true, repeat: true });
  const all: Action[] = [
    run,
    save,
    { id: "flow.add", words: w("add"), key: "A", when: () => can.may && can.drawn, run: can.add },
    { id: "flow.edit", words: w("edit"), key: "Enter", when: () => can.may && can.selected, run: can.edit },
    { id: "flow.next_problem", words: w("next_problem"), key: ".", when: () => can.problems > 0, run: can.next },
    { id: "flow.text", words: w("turn_text"), key: "Y", run: can.turn },
    { id: "flow.fit", words: w("fit"), key: "Shift 1", when: () => can.drawn, run: can.fit },
    move("down", "ArrowDown"),
    move("up", "ArrowUp"),
    move("left", "ArrowLeft"),
    move("right", "ArrowRight"),
  ];
  return { all, run, save };
}
