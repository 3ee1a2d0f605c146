import type { QueryClient } from "@tanstack/react-query";
import { useSyncExternalStore } from "react";
import { meKey } from "./query";

// Whether this page asks for personal data in plain view. Only leads may; the server decides, and
// keeps each such look in the audit log. It ends when the page is loaded anew.

let on = false;
const hearers = new Set<() => void>();

export const unmasked = () => on;

/** setUnmasked turns it on or off, and has everything read anew; what was in plain view is gone at once. */
export function setUnmasked(client: QueryClient, next: boolean): void {
  on = next;
  hearers.forEach((hear) => hear());
  void (next ? client.invalidateQueries() : client.resetQueries({ predicate: (q) => q.queryKey.join() !== meKey.join() }));
}

export function useUnmasked(): boolean {
  return useSyncExternalStore((hear) => {
    hearers.add(hear);
    return () => hearers.delete(hear);
  }, unmasked);
}
