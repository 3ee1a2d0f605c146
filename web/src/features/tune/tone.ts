import type { Tone } from "../../shared/page/Chip";

/** toneOf is the colour of a study's or trial's state, beside its word. */
export function toneOf(state: string): Tone {
  return state === "done" ? "jade" : state === "failed" ? "cinnabar" : state === "running" ? "gamboge" : "plain";
}
