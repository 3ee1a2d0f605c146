// Numbers and times as people read them, in both languages.

import type { Lang } from "../words/lang";

const localeOf = (lang: Lang) => (lang === "zh" ? "zh-CN" : "en-GB");

/** count is a whole number with thousands commas: 12,018. */
export function count(lang: Lang, n: number): string {
  return new Intl.NumberFormat(localeOf(lang), { maximumFractionDigits: 0 }).format(n);
}

/** percent is a share of 1 with one decimal, without its sign: .928 → "92.8". */
export function percent(share: number, digits = 1): string {
  return (share * 100).toFixed(digits);
}

/** score is a number of 0..1 as the trade writes it: ".83"; 1 stays "1.00". */
export function score(n: number, digits = 2): string {
  const text = n.toFixed(digits);
  return text.startsWith("0.") ? text.slice(1) : text.startsWith("-0.") ? `-${text.slice(2)}` : text;
}

/** interval is half the width of a two-sided interval of shares, in points: [.912,.944] → "±1.6". */
export function interval(low: number, high: number): string {
  return `±${(((high - low) / 2) * 100).toFixed(1)}`;
}

/** duration is seconds as people say them: 0.84 s, 12 s, 3 min 5 s, 2 h 5 min. */
export function duration(lang: Lang, seconds: number): string {
  const zh = lang === "zh";
  if (seconds < 0.001) return `${Math.round(seconds * 1e6)} µs`;
  if (seconds < 0.1) return `${+(seconds * 1000).toFixed(seconds < 0.01 ? 1 : 0)} ms`;
  if (seconds < 10) return `${seconds.toFixed(seconds < 1 ? 2 : 1)} s`;
  seconds = Math.round(seconds);
  if (seconds < 60) return `${seconds} s`;
  const minutes = Math.floor(seconds / 60);
  const rest = seconds % 60;
  if (minutes < 60) return zh ? `${minutes} 分${rest ? ` ${rest} 秒` : ""}` : `${minutes} min${rest ? ` ${rest} s` : ""}`;
  const hours = Math.floor(minutes / 60);
  return zh ? `${hours} 小时${minutes % 60 ? ` ${minutes % 60} 分` : ""}` : `${hours} h${minutes % 60 ? ` ${minutes % 60} min` : ""}`;
}

/** bytes is a size: 3.4 MB. */
export function bytes(n: number): string {
  const units = ["B", "KB", "MB", "GB", "TB"];
  let i = 0;
  for (; n >= 1000 && i < units.length - 1; i++) n /= 1000;
  return `${i === 0 || n >= 100 ? Math.round(n) : n.toFixed(1)} ${units[i]}`;
}

/** time is a moment of UTC microseconds in the person's own zone: today 10:42, else 9月15日 18:20, with the year when it is another. */
export function time(lang: Lang, us: number, now = Date.now()): string {
  const at = new Date(us / 1000);
  const today = new Date(now);
  const clock: Intl.DateTimeFormatOptions = { hour: "2-digit", minute: "2-digit", hour12: false };
  if (at.toDateString() === today.toDateString()) return at.toLocaleTimeString(localeOf(lang), clock);
  const day: Intl.DateTimeFormatOptions = { month: lang === "zh" ? "long" : "short", day: "numeric" };
  if (at.getFullYear() !== today.getFullYear()) return at.toLocaleDateString(localeOf(lang), { ...day, year: "numeric" });
  return at.toLocaleString(localeOf(lang), { ...day, ...clock });
}
