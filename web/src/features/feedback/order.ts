import type { Cluster, Item } from "./api";

/** shownItems keeps what has the cause; with clusters one item stands for all that ask the same, the largest first. */
export function shownItems(items: Item[], cause: string, clusters?: Cluster[]): Item[] {
  const kept = cause ? items.filter((i) => i.cause === (cause === "handed_over" ? "handover" : cause)) : items;
  if (!clusters) return kept;
  const at = new Map(kept.map((i) => [i.turn_id, i]));
  return [...clusters].sort((a, b) => b.count - a.count).flatMap((c) => {
    const first = c.turns?.map((t) => at.get(t)).find((i) => i !== undefined);
    return first ? [{ ...first, count: c.count }] : [];
  });
}

/** moved is the turn `by` places from the one at; it stays inside the list. "" when there is none. */
export function moved(items: Item[], at: string | undefined, by: number): string {
  const i = items.findIndex((x) => x.turn_id === at);
  const to = Math.min(items.length - 1, Math.max(0, i + by));
  return items[to === i && by > 0 ? Math.max(0, i - 1) : to]?.turn_id ?? "";
}

/** Kept is an item that was just corrected, and where in the list it was. */
export interface Kept {
  item: Item;
  index: number;
}

/** withKept puts a corrected item back where it was, while it is looked at: its new answer stands under the old one. */
export function withKept(items: Item[], kept: Kept | undefined, at: string): Item[] {
  if (!kept || kept.item.turn_id !== at || items.some((i) => i.turn_id === at)) return items;
  return items.toSpliced(kept.index, 0, kept.item);
}
