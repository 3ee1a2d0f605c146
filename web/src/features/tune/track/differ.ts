export interface Differing {
  key: string;
  /** values stand in the order of the runs; undefined where a run has none. */
  values: (string | undefined)[];
  same: boolean;
}

/** differing puts what runs have of one kind side by side, those that differ first. */
export function differing(runs: { key: string; value: string }[][]): Differing[] {
  const maps = runs.map((list) => new Map(list.map((p) => [p.key, p.value])));
  const keys = [...new Set(runs.flatMap((list) => list.map((p) => p.key)))].sort();
  const rows = keys.map((key) => {
    const values = maps.map((m) => m.get(key));
    return { key, values, same: values.every((v) => v === values[0]) };
  });
  return [...rows.filter((r) => !r.same), ...rows.filter((r) => r.same)];
}

export interface Axis {
  key: string;
  /** numbers tells that every value there is one. */
  numbers: boolean;
  values: (number | string | undefined)[];
}

/** axesOf makes an axis of each row that differs and that every run has. */
export function axesOf(rows: Differing[], most: number): Axis[] {
  return rows
    .filter((r) => !r.same && r.values.every((v) => v !== undefined))
    .slice(0, most)
    .map((r) => {
      const numbers = r.values.every((v) => v !== "" && Number.isFinite(Number(v)));
      return { key: r.key, numbers, values: numbers ? r.values.map(Number) : r.values };
    });
}
