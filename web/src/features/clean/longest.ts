/** longest is the cell of a row that a person would read. */
export function longest(values: Record<string, string>): string {
  return Object.values(values).reduce((best, v) => (v.length > best.length ? v : best), "");
}
