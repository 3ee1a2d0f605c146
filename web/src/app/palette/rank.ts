import type { Hit, Matcher } from "../../shared/text/pinyin";

export interface Candidate {
  id: string;
  group: string;
  text: string;
  side: string;
  run: () => void;
  /** thread opens where it came from: Alt Enter. */
  thread?: () => void;
}

const storage = "zhuomo.recent";
const keep = 20;
const most = 40;
const mostOfGroup = 7; // so that every group is seen without scrolling far
const groups = ["recent", "actions", "pages", "entries", "intents", "rows", "people", "jobs"];
const things = ["entries", "intents", "rows", "people", "jobs"]; // shown when asked for, or used lately
const prefixes: Record<string, string[]> = { ">": ["actions", "pages"], "#": ["rows", "entries", "intents"], "@": ["people"] };

function recent(): string[] {
  try {
    return JSON.parse(localStorage.getItem(storage) ?? "[]") as string[];
  } catch {
    return [];
  }
}

/** remember puts what was chosen first the next time. */
export function remember(id: string): void {
  try {
    localStorage.setItem(storage, JSON.stringify([id, ...recent().filter((r) => r !== id)].slice(0, keep)));
  } catch {
    // Nothing is remembered where nothing may be kept.
  }
}

/** rank gives what fits the query, group by group, the best first; without a query the recent ones and what can be done. "> …" are acts, "# …" rows and entries, "@ …" people. */
export function rank(candidates: Candidate[], query: string, match: Matcher): (Candidate & { hit: Hit })[] {
  const only = prefixes[query[0] ?? ""];
  const text = only ? query.slice(1).trim() : query;
  const lately = recent();
  const out: (Candidate & { hit: Hit })[] = [];
  for (const c of candidates) {
    if (only && !only.includes(c.group)) continue;
    const hit = match(c.text, text);
    if (!hit) continue;
    const rank = lately.indexOf(c.id);
    if (!text && !only && rank < 0 && things.includes(c.group)) continue;
    const score = hit.score + (rank < 0 ? 0 : 30 - rank);
    out.push({ ...c, group: !text && rank >= 0 && rank < 5 ? "recent" : c.group, hit: { ...hit, score } });
  }
  out.sort((a, b) => groups.indexOf(a.group) - groups.indexOf(b.group) || b.hit.score - a.hit.score);
  const shown = new Map<string, number>();
  const few = (c: Candidate) => {
    shown.set(c.group, (shown.get(c.group) ?? 0) + 1);
    return !text || only !== undefined || shown.get(c.group)! <= mostOfGroup;
  };
  return out.filter(few).slice(0, most);
}
