import { useMemo } from "react";
import { useOverview } from "../shared/api/useOverview";
import type { BeadState } from "../shared/page/Bead";

export interface StageBead {
  state: BeadState;
  /** count is how many things there wait for a person. */
  count: number;
}

/** useBeads tells how each stage of a product stands. */
export function useBeads(product: string | undefined): Record<string, StageBead> {
  const { data } = useOverview(product);
  return useMemo(() => Object.fromEntries((data?.stages ?? []).map((s) => [s.stage, { state: s.state, count: s.waiting }])), [data]);
}
