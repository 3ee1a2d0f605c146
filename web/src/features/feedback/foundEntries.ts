import type { Schemas } from "../../shared/api/client";
import type { Matcher } from "../../shared/text/pinyin";

type Entry = Schemas["KnowledgeEntry"];

export interface Found {
  entry: Entry;
  /** likeness to the question, 0 when it is not near. */
  likeness: number;
}

const most = 20;

/** foundEntries is the entries near a question, the nearest first; with something typed, those that match it by characters, pinyin or initials. */
export function foundEntries(entries: Entry[], near: Pick<Schemas["KnowledgeHit"], "entry_id" | "likeness">[], typed: string, match: Matcher): Found[] {
  const likeness = new Map(near.map((h) => [h.entry_id, h.likeness]));
  const wanted = typed.trim();
  return entries
    .filter((e) => (wanted ? match(e.question, wanted) !== undefined || (e.variants ?? []).some((v) => v.includes(wanted)) : likeness.has(e.id)))
    .map((entry) => ({ entry, likeness: likeness.get(entry.id) ?? 0 }))
    .sort((a, b) => b.likeness - a.likeness)
    .slice(0, most);
}
