import { useQueryClient } from "@tanstack/react-query";
import { useCallback, useSyncExternalStore } from "react";
import { Fault } from "../api/fault";
import { useAskAgain } from "../api/useAskAgain";
import { FaultBand } from "./FaultBand";
import { useTold } from "./toldFaults";

/** QuietFault tells that the server failed or was gone when no part of the page does: a place that is just empty would say that there is nothing. */
export function QuietFault() {
  const cache = useQueryClient().getQueryCache();
  const again = useAskAgain();
  const told = useTold();
  const find = () =>
    cache
      .findAll({ type: "active", predicate: (q) => q.state.status === "error" })
      .map((q) => q.state.error)
      .find((e) => e instanceof Fault && (e.status === 0 || e.status >= 500) && !told.includes(e.code));
  const quiet = useSyncExternalStore(useCallback((hear: () => void) => cache.subscribe(hear), [cache]), find);
  return quiet instanceof Fault && <FaultBand fault={quiet} retry={again} />;
}
