import type { Body, Conflict, Entry, Mined, Part, Warning } from "./api";

/** Draft is an entry as the form holds it. */
export interface Draft {
  question: string;
  category: string;
  variants: string[];
  parts: Part[];
  state: "draft" | "live";
  channels: string[];
  /** from and to are days, YYYY-MM-DD; "" is open. */
  from: string;
  to: string;
}

const dayOf = (us: number | undefined) => (us ? new Date(us / 1000).toISOString().slice(0, 10) : "");
const usOf = (day: string, end: boolean) => Date.parse(`${day}T${end ? "23:59:59.999" : "00:00:00.000"}Z`) * 1000;

export const kinds = ["text", "card", "image", "action"] as const;
export type Kind = (typeof kinds)[number];

/** emptyPart is a new part of an answer. */
export function emptyPart(kind: Kind): Part {
  switch (kind) {
    case "text":
      return { kind, text: "" };
    case "card":
      return { kind, title: "", facts: [{ name: "", value: "" }], actions: [] };
    case "image":
      return { kind, url: "", text: "" };
    case "action":
      return { kind, text: "", send: "" };
  }
}

export const blank: Draft = { question: "", category: "", variants: [], parts: [emptyPart("text")], state: "live", channels: [], from: "", to: "" };

export function draftOf(e: Entry): Draft {
  return {
    question: e.question, category: e.category ?? "", variants: e.variants ?? [], parts: e.answer ?? [], state: e.state === "draft" ? "draft" : "live",
    channels: e.conditions?.channels ?? [], from: dayOf(e.conditions?.valid_from_us), to: dayOf(e.conditions?.valid_to_us),
  };
}

/** partOf is a part as it is sent: without empty lines; a button says what it reads. undefined when nothing was written. */
export function partOf(p: Part): Part | undefined {
  const text = (p.text ?? "").trim();
  switch (p.kind) {
    case "text":
      return text ? { ...p, text } : undefined;
    case "card": {
      const facts = (p.facts ?? []).filter((f) => f.name.trim() || f.value.trim());
      const actions = (p.actions ?? []).filter((a) => a.text.trim()).map((a) => ({ text: a.text.trim(), send: a.send.trim() || a.text.trim() }));
      return p.title?.trim() || facts.length || actions.length ? { kind: "card", title: (p.title ?? "").trim(), ...(facts.length ? { facts } : {}), ...(actions.length ? { actions } : {}) } : undefined;
    }
    case "image":
      return p.url?.trim() || text ? { ...p, url: (p.url ?? "").trim(), text } : undefined;
    case "action":
      return text || p.send?.trim() ? { ...p, text, send: p.send?.trim() || text } : undefined;
  }
  return p;
}

/** bodyOf is what is sent. */
export function bodyOf(d: Draft, before?: Entry): Body {
  const conditions = {
    ...(before?.conditions ?? {}),
    ...(d.channels.length || before?.conditions?.channels ? { channels: d.channels } : {}),
    valid_from_us: d.from ? usOf(d.from, false) : 0,
    valid_to_us: d.to ? usOf(d.to, true) : 0,
  };
  return {
    question: d.question.trim(), category: d.category.trim(), state: d.state, conditions,
    variants: d.variants.map((v) => v.trim()).filter(Boolean),
    answer: d.parts.map(partOf).filter((p) => p !== undefined),
    ...(before?.sources ? { sources: before.sources } : {}),
  };
}

/** withWordings adds the question and the wordings of another entry, each once. */
export function withWordings(d: Draft, other: Pick<Entry, "question" | "variants">): Draft {
  const more = [other.question, ...(other.variants ?? [])].filter((v) => v !== d.question);
  return { ...d, variants: [...new Set([...d.variants, ...more])] };
}

export const views = ["all", "short", "conflict", "due", "mined", "draft"] as const;
export type View = (typeof views)[number];

/** Known is what is known of the entries beside themselves. now is in µs. */
export interface Known {
  now: number;
  conflicts: Conflict[];
  mined: Mined[];
}

const soon = 14 * 86_400e6; // µs

export type Due = "expired" | "expiring" | "";

/** dueOf tells whether an entry has expired, or will within 14 days. */
export function dueOf(e: Entry, now: number): Due {
  const to = e.conditions?.valid_to_us ?? 0;
  return to === 0 || to >= now + soon ? "" : to < now ? "expired" : "expiring";
}

/** inView tells whether an entry belongs to a view. short: it has fewer than three other wordings. */
export function inView(e: Entry, view: View, known: Known): boolean {
  switch (view) {
    case "draft":
      return e.state === "draft";
    case "due":
      return dueOf(e, known.now) !== "";
    case "short":
      return (e.variants?.length ?? 0) < 3;
    case "conflict":
      return known.conflicts.some((c) => c.entry_id === e.id || c.with.entry_id === e.id);
    case "mined":
      return known.mined.some((m) => m.entry_id === e.id);
  }
  return true;
}

/** rivalsOf is what an entry conflicts with, told from its side. */
export function rivalsOf(entry: string, conflicts: Conflict[]): Warning[] {
  return conflicts.flatMap((c) => {
    if (c.entry_id === entry) return [c.with];
    if (c.with.entry_id !== entry) return [];
    return [{ ...c.with, entry_id: c.entry_id, question: c.question, mine: c.with.theirs, theirs: c.with.mine }];
  });
}
