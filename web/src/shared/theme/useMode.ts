import { useSyncExternalStore } from "react";
import { useSettings } from "./settings";
import type { Mode } from "./tokens";

const dark = () => matchMedia("(prefers-color-scheme: dark)");

function listen(listener: () => void): () => void {
  const query = dark();
  query.addEventListener("change", listener);
  return () => query.removeEventListener("change", listener);
}

/** useMode tells whether the page is light or dark now: as chosen, else as the system is. */
export function useMode(): Mode {
  const chosen = useSettings().theme;
  const systemDark = useSyncExternalStore(listen, () => dark().matches);
  return chosen === "system" ? (systemDark ? "dark" : "light") : chosen;
}
