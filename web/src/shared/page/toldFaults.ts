// Which read faults some part of the page tells now, so that none is told twice and none goes untold.

import { useLayoutEffect, useSyncExternalStore } from "react";

let told: readonly string[] = [];
const hearers = new Set<() => void>();
const put = (next: readonly string[]) => {
  told = next;
  hearers.forEach((hear) => hear());
};
const subscribe = (hear: () => void) => {
  hearers.add(hear);
  return () => void hearers.delete(hear);
};

/** useTell says that this component tells the fault of this code. */
export function useTell(code: string | undefined): void {
  useLayoutEffect(() => {
    if (!code) return;
    put([...told, code]);
    return () => put(told.toSpliced(told.indexOf(code), 1));
  }, [code]);
}

/** useTold is the codes of all faults that are told. */
export function useTold(): readonly string[] {
  return useSyncExternalStore(subscribe, () => told);
}
