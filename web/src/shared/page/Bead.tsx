import css from "./page.module.css";

/** BeadState: jade = in order, hollow = not begun, amber = running or waiting, cinnabar = needs you. */
export type BeadState = "jade" | "hollow" | "amber" | "cinnabar";

/** Bead shows a state. Colour never speaks alone: give words unless they stand beside it. */
export function Bead({ state, words }: { state: BeadState; words?: string }) {
  return <span className={css["bead"]} data-state={state} {...(words ? { role: "img", "aria-label": words, title: words } : { "aria-hidden": true })} />;
}
