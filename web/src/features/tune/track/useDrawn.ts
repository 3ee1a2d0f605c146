import { useMemo } from "react";
import { useFilters } from "../../../shared/table/useFilters";
import type { Drawn } from "./api";

/** useDrawn keeps in the address how curves are drawn. */
export function useDrawn(): { drawn: Drawn; set: (change: Partial<Record<"along" | "smooth" | "log", string>>) => void } {
  const { filters, set } = useFilters(["along", "smooth", "log"] as const);
  const drawn = useMemo<Drawn>(() => ({ along: filters.along === "time" ? "time" : "step", smooth: Math.min(0.99, Math.max(0, Number(filters.smooth) || 0)), log: filters.log === "1" }), [filters.along, filters.smooth, filters.log]);
  return { drawn, set };
}
