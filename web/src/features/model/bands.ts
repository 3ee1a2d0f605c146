// What two thresholds do with rows whose gold is known: the rule of the flow's engine, without a flow.

export interface Thresholds {
  answer: number;
  offer: number;
}

export const mostOffers = 3;

export interface Row {
  row_id: string;
  gold: string[] | null;
  top: { label: string; p: number }[] | null;
}

export type Kind = "answered_right" | "answered_wrong" | "offered_right" | "offered_wrong" | "fell_needless" | "fell_rightly";
export const kinds: Kind[] = ["answered_right", "answered_wrong", "offered_right", "offered_wrong", "fell_needless", "fell_rightly"];

/**
 * kindOf tells what becomes of a row. From `answer` on the best label is acted on; from `offer` on
 * at most three labels are offered; below, nothing was understood. Falling back is needless when the
 * best label was right.
 */
export function kindOf(row: Row, t: Thresholds): Kind {
  const top = row.top ?? [];
  const gold = row.gold ?? [];
  const best = top[0];
  const right = !!best && gold.includes(best.label);
  if (best && best.p >= t.answer) return right ? "answered_right" : "answered_wrong";
  const offered = top.slice(0, mostOffers).filter((l) => l.p >= t.offer);
  if (offered.length) return offered.some((l) => gold.includes(l.label)) ? "offered_right" : "offered_wrong";
  return right ? "fell_needless" : "fell_rightly";
}

export type Tally = Record<Kind, number>;

export function tally(rows: Row[], t: Thresholds): Tally {
  const out = Object.fromEntries(kinds.map((k) => [k, 0])) as Tally;
  for (const row of rows) out[kindOf(row, t)]++;
  return out;
}
