import type { Schemas } from "../../shared/api/client";

export type Part = Schemas["CleanPart"];
export type View = "before" | "both" | "after";

/**
 * seen gives the parts of a merged text that a view shows: as read, as it became, or both. What one
 * step wrote and a later one took away again shows beside the others only when one of the two is chosen.
 */
export function seen(parts: Part[], view: View, chosen: number): Part[] {
  if (view === "before") return parts.filter((p) => !p.added);
  if (view === "after") return parts.filter((p) => !p.removed);
  return parts.filter((p) => !(p.added && p.removed) || p.added === chosen || p.removed === chosen);
}
