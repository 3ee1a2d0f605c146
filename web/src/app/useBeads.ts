import type { BeadState } from "../shared/page/Bead";

export interface StageBead {
  state: BeadState;
  /** count is how many things there wait for a person. */
  count: number;
}

/** useBeads tells how each stage of a product stands. */
export function useBeads(_product: string | undefined): Record<string, StageBead> | undefined {
  return undefined;
}
