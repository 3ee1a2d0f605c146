import { useMemo } from "react";
import { useLang } from "../words/useLang";
import { bytes, count, duration, interval, percent, score, time } from "./format";

/** useFormat gives the formats of format.ts in the language of the page. */
export function useFormat() {
  const lang = useLang();
  return useMemo(
    () => ({
      count: (n: number) => count(lang, n),
      duration: (seconds: number) => duration(lang, seconds),
      time: (us: number) => time(lang, us),
      bytes,
      interval,
      percent,
      score,
    }),
    [lang],
  );
}
