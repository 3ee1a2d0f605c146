import type { Body, Entry } from "./api";
import { plainText } from "./api";

/** Draft is an entry as the form holds it. */
export interface Draft {
  question: string;
  category: string;
  variants: string[];
  text: string;
  state: "draft" | "live";
  channels: string[];
  /** from and to are days, YYYY-MM-DD; "" is open. */
  from: string;
  to: string;
}

const dayOf = (us: number | undefined) => (us ? new Date(us / 1000).toISOString().slice(0, 10) : "");
const usOf = (day: string, end: boolean) => Date.parse(`${day}T${end ? "23:59:59.999" : "00:00:00.000"}Z`) * 1000;

export const blank: Draft = { question: "", category: "", variants: [], text: "", state: "live", channels: [], from: "", to: "" };

export function draftOf(e: Entry): Draft {
  return {
    question: e.question, category: e.category ?? "", variants: e.variants ?? [], text: plainText(e.answer), state: e.state === "draft" ? "draft" : "live",
    channels: e.conditions?.channels ?? [], from: dayOf(e.conditions?.valid_from_us), to: dayOf(e.conditions?.valid_to_us),
  };
}

/** bodyOf is what is sent: parts of the answer that the form does not edit stay behind the text as they were. */
export function bodyOf(d: Draft, before?: Entry): Body {
  const rest = (before?.answer ?? []).filter((p) => p.kind !== "text");
  const conditions = {
    ...(before?.conditions ?? {}),
    ...(d.channels.length || before?.conditions?.channels ? { channels: d.channels } : {}),
    valid_from_us: d.from ? usOf(d.from, false) : 0,
    valid_to_us: d.to ? usOf(d.to, true) : 0,
  };
  return {
    question: d.question.trim(), category: d.category.trim(), state: d.state, conditions,
    variants: d.variants.map((v) => v.trim()).filter(Boolean),
    answer: [...(d.text.trim() ? [{ kind: "text", text: d.text.trim() }] : []), ...rest],
    ...(before?.sources ? { sources: before.sources } : {}),
  };
}

/** withWordings adds the question and the wordings of another entry, each once. */
export function withWordings(d: Draft, other: Pick<Entry, "question" | "variants">): Draft {
  const more = [other.question, ...(other.variants ?? [])].filter((v) => v !== d.question);
  return { ...d, variants: [...new Set([...d.variants, ...more])] };
}

export const views = ["all", "draft", "expiring", "expired", "short"] as const;
export type View = (typeof views)[number];

const soon = 14 * 86_400e6; // µs

/** inView tells whether an entry belongs to a view at a time (µs). short: it has fewer than three other wordings. */
export function inView(e: Entry, view: View, now: number): boolean {
  const to = e.conditions?.valid_to_us ?? 0;
  switch (view) {
    case "draft":
      return e.state === "draft";
    case "expired":
      return to > 0 && to < now;
    case "expiring":
      return to >= now && to < now + soon;
    case "short":
      return (e.variants?.length ?? 0) < 3;
  }
  return true;
}
