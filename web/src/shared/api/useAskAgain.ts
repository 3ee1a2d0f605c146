import { useQueryClient } from "@tanstack/react-query";
import { useCallback } from "react";

/** useAskAgain asks everything anew that this page could not read: one retry mends the whole page. */
export function useAskAgain(): () => void {
  const client = useQueryClient();
  return useCallback(() => void client.refetchQueries({ type: "active", predicate: (q) => q.state.status === "error" }), [client]);
}
