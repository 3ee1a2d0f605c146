// What two thresholds do with rows whose gold is known: the rule of the flow's engine, without a flow.

export interface Thresholds {
  answer: number;
  offer: number;
}

/** Costs of one row of each kind, in points that only compare. */
export interface Costs {
  /** wrong is an answer to another question. */
  wrong: number;
  /** needless is choices or a hand-over where the best label was right. */
  needless: number;
  /** missed is a row that nobody was asked about though the model knew no better: its gold is among no choice. */
  missed: number;
}

export const usualCosts: Costs = { wrong: 10, needless: 3, missed: 5 };
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

/** costOf is the cost of a thousand rows. Offering is needless work only where the best label was right already; that is a third of a needless hand-over. */
export function costOf(rows: Row[], t: Thresholds, c: Costs): number {
  if (!rows.length) return 0;
  let sum = 0;
  for (const row of rows) {
    const best = row.top?.[0];
    switch (kindOf(row, t)) {
      case "answered_wrong":
        sum += c.wrong;
        break;
      case "offered_right":
        if (best && (row.gold ?? []).includes(best.label)) sum += c.needless / 3;
        break;
      case "offered_wrong":
        sum += c.missed;
        break;
      case "fell_needless":
        sum += c.needless;
        break;
      case "fell_rightly":
      case "answered_right":
        break;
    }
  }
  return (1000 * sum) / rows.length;
}

/** cheapest tries every pair of hundredths with offer ≤ answer; of equals the lower answer, then the lower offer. */
export function cheapest(rows: Row[], c: Costs): Thresholds {
  let best = { answer: 0.5, offer: 0.15 };
  let least = Infinity;
  for (let a = 1; a <= 99; a++) {
    for (let o = 1; o <= a; o += a > 40 ? 2 : 1) {
      const cost = costOf(rows, { answer: a / 100, offer: o / 100 }, c);
      if (cost < least - 1e-9) {
        least = cost;
        best = { answer: a / 100, offer: o / 100 };
      }
    }
  }
  return best;
}
