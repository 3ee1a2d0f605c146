/** longest is the cell of a row that a person would read. */
export function longest(values: Record<string, string>): string {
  return Object.values(values).reduce((best, v) => (v.length > best.length ? v : best), "");
}

const aloud = 80; // characters of a row that are read aloud

/** aloudOf is what a screen reader says of a row: its text without what nobody can pronounce, the beginning of it. */
export function aloudOf(values: Record<string, string>): string {
  return [...longest(values).replace(/[\p{C}\p{Z}\uFFFD]+/gu, " ").trim()].slice(0, aloud).join("");
}
