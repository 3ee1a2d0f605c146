import { match } from "pinyin-pro";
import { matchText, type Matcher } from "./pinyin";

/** matchPinyin is matchText, then pinyin and initials of neighbouring characters. */
export const matchPinyin: Matcher = (text, query) => {
  const plain = matchText(text, query);
  if (plain || !/^[a-zü' ]+$/i.test(query)) return plain;
  const found = match(text, query.toLowerCase().replace(/[' ]/g, ""), { continuous: true, precision: "start" });
  if (!found?.length) return undefined;
  const start = found[0]!;
  return { start, end: found.at(-1)! + 1, score: (start === 0 ? 70 : 60) - Math.min(40, text.length / 4) };
};
