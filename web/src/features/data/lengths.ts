export interface LengthBar {
  from: number;
  to: number;
  count: number;
}

const most = 7; // so many can be clicked side by side

/** merged joins neighbours until few enough bars are left to be clicked; their counts add up. */
export function merged(bars: LengthBar[]): LengthBar[] {
  const by = Math.ceil(bars.length / most);
  const out: LengthBar[] = [];
  for (let i = 0; i < bars.length; i += by) {
    const part = bars.slice(i, i + by);
    out.push({ from: part[0]!.from, to: part.at(-1)!.to, count: part.reduce((n, b) => n + b.count, 0) });
  }
  return out;
}

/** spread is how many lengths there are from the shortest to the longest. */
export function spread(bars: LengthBar[]): number {
  return bars.length ? bars.at(-1)!.to - bars[0]!.from + 1 : 0;
}
