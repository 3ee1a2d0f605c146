// Match by characters, pinyin or initials: "轮椅", "lunyi", "ly" all find 轮椅. The dictionary
// (about 120 KB gzipped) is loaded when somebody first types Latin letters.

/** Hit is where a query was found, in UTF-16 units. score grows with how good the match is. */
export interface Hit {
  start: number;
  end: number;
  score: number;
}

export type Matcher = (text: string, query: string) => Hit | undefined;

/** matchText finds a query as it is written, without regard to case. */
export const matchText: Matcher = (text, query) => {
  if (!query) return { start: 0, end: 0, score: 0 };
  const start = text.toLowerCase().indexOf(query.toLowerCase());
  if (start < 0) return undefined;
  return { start, end: start + query.length, score: (start === 0 ? 100 : 80) - Math.min(40, text.length / 4) };
};

let loading: Promise<Matcher> | undefined;

/** loadPinyin gives a matcher that also knows pinyin and initials, several readings a character. */
export function loadPinyin(): Promise<Matcher> {
  loading ??= import("./pinyinMatch").then((m) => m.matchPinyin);
  return loading;
}
