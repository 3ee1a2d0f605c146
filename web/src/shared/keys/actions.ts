import type { Word } from "../words/useWords";

/**
 * Action is something a person can do. Buttons, the palette, the key sheet and tests read the same list.
 *
 *	{ id: "data.import", words: w("add"), key: "N", run: () => setOpen(true) }
 */
export interface Action {
  /** id is stable; it is what a remapped key is kept under: "<stage>.<verb>". */
  id: string;
  /** words are what the action is called, in the language of the page. */
  words: string;
  /** key is the combination unless the person chose another: "N", "Ctrl Enter", "G D". */
  key?: string;
  /** more are further combinations that do the same and cannot be remapped: arrows beside J K. */
  more?: string[];
  /** when tells whether it can be done now; missing means always. */
  when?: () => boolean;
  run: (e?: KeyboardEvent) => void;
  /** hidden keeps it out of the palette: moves in a list are of no use there. */
  hidden?: boolean;
  /** repeat lets a held key do it again and again. */
  repeat?: boolean;
}

/** Layer tells who gets a key first: a dialog, label keys, the page, a list, then the shell. */
export type Layer = "dialog" | "labels" | "page" | "list" | "everywhere";
export const layers: Layer[] = ["dialog", "labels", "page", "list", "everywhere"];

/** MakeActions is how a feature's actions.ts is written: words and what the page can do in, actions out. */
export type MakeActions<Can> = (w: Word, can: Can) => Action[];
