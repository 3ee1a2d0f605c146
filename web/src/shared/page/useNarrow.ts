import { useSyncExternalStore } from "react";

/** useNarrow tells whether the window is narrower than so many px. */
export function useNarrow(below: number): boolean {
  const query = `(max-width: ${below - 1}px)`;
  return useSyncExternalStore(
    (listener) => {
      const q = matchMedia(query);
      q.addEventListener("change", listener);
      return () => q.removeEventListener("change", listener);
    },
    () => matchMedia(query).matches,
  );
}
