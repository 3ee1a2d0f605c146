import type { Matcher } from "../../../shared/text/pinyin";

/** findLabels gives the labels that a query means, the best first: by name in the language of the page, by Chinese name with pinyin and initials, by id. */
export function findLabels<T extends { id: string; zh: string }>(labels: readonly T[], nameOf: (id: string) => string, query: string, match: Matcher): T[] {
  if (!query.trim()) return [...labels];
  const scored = labels.flatMap((l) => {
    const scores = [nameOf(l.id), l.zh, l.id].map((text) => match(text, query.trim())?.score ?? -1);
    const score = Math.max(...scores);
    return score < 0 ? [] : [{ l, score }];
  });
  return scored.sort((a, b) => b.score - a.score).map((s) => s.l);
}
