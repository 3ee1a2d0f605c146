import { cut } from "../../shared/text/offsets";
import css from "./data.module.css";

/** Marked is a text with the stretches of a finding marked, which are in characters. */
export function Marked({ text, hits }: { text: string; hits: { from: number; to: number }[] }) {
  const parts = [];
  let at = 0;
  for (const h of hits) {
    parts.push(cut(text, at, h.from), <mark key={h.from} className={css["hit"]}>{cut(text, h.from, h.to)}</mark>);
    at = h.to;
  }
  return <>{parts}{at === 0 ? text : cut(text, at, Infinity)}</>;
}
