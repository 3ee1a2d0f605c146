import { useCallback } from "react";
import { useSearchParams } from "react-router";

/** useFilters keeps the filters of a list in the address: values by name, "" when not set. Changing one replaces the address, so Back leaves the page. */
export function useFilters<Name extends string>(names: readonly Name[]): { filters: Record<Name, string>; set: (change: Partial<Record<Name, string>>) => void; clear: () => void } {
  const [params, setParams] = useSearchParams();
  const filters = Object.fromEntries(names.map((n) => [n, params.get(n) ?? ""])) as Record<Name, string>;
  const set = useCallback(
    (change: Partial<Record<Name, string>>) =>
      setParams(
        (old) => {
          const next = new URLSearchParams(old);
          for (const [name, value] of Object.entries<string | undefined>(change)) {
            if (value) next.set(name, value);
            else next.delete(name);
          }
          return next;
        },
        { replace: true },
      ),
    [setParams],
  );
  return { filters, set, clear: () => set(Object.fromEntries(names.map((n) => [n, ""])) as Record<Name, string>) };
}
