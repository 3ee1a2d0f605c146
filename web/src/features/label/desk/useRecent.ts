import { useCallback, useState } from "react";

const keep = 8;

/** useRecent are the labels that were used last, newest first, kept over reloads. */
export function useRecent(name: string): { recent: string[]; use: (labels: string[]) => void } {
  const key = `zhuomo.recent.${name}`;
  const [recent, setRecent] = useState<string[]>(() => {
    try {
      return JSON.parse(localStorage.getItem(key) ?? "[]") as string[];
    } catch {
      return [];
    }
  });
  const use = useCallback(
    (labels: string[]) =>
      setRecent((old) => {
        const next = [...labels, ...old.filter((l) => !labels.includes(l))].slice(0, keep);
        try {
          localStorage.setItem(key, JSON.stringify(next));
        } catch {
          // Remembered for this visit only.
        }
        return next;
      }),
    [key],
  );
  return { recent, use };
}
