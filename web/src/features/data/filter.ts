// What the rows of a version are filtered by, as it stands in the address and as the server reads
// it: where "column=value", "column!=value"; length "column=from-to", "column!=from-to"; findings.

export interface RowFilter {
  contains: string;
  where: string[];
  length: string[];
  finding: string[];
  without: string[];
}

const lists = ["where", "length", "finding", "without"] as const;

export const noFilter: RowFilter = { contains: "", where: [], length: [], finding: [], without: [] };

export function readFilter(params: URLSearchParams): RowFilter {
  return { contains: params.get("contains") ?? "", where: params.getAll("where"), length: params.getAll("length"), finding: params.getAll("finding"), without: params.getAll("without") };
}

/** writeFilter puts the filter into a copy of an address; other parts of it stay. */
export function writeFilter(params: URLSearchParams, filter: RowFilter): URLSearchParams {
  const next = new URLSearchParams(params);
  next.delete("contains");
  if (filter.contains) next.set("contains", filter.contains);
  for (const name of lists) {
    next.delete(name);
    for (const x of filter[name]) next.append(name, x);
  }
  return next;
}

/** queryOf is the filter as the server takes it: only what is set. */
export function queryOf(filter: RowFilter): Partial<RowFilter> {
  return { ...(filter.contains ? { contains: filter.contains } : {}), ...Object.fromEntries(lists.filter((n) => filter[n].length).map((n) => [n, filter[n]])) };
}

export const isFiltered = (filter: RowFilter) => !!filter.contains || lists.some((n) => filter[n].length > 0);

export function conditionOf(column: string, value: string, not: boolean): string {
  return `${column}${not ? "!=" : "="}${value}`;
}

export function partsOf(condition: string): { column: string; value: string; not: boolean } {
  const at = condition.indexOf("=");
  const not = condition[at - 1] === "!";
  return { column: condition.slice(0, not ? at - 1 : at), value: condition.slice(at + 1), not };
}

/**
 * pick is a click on what a facet counts: only these rows, or with not all but these; a second click
 * takes it away. What was chosen of the same column goes, so that as many rows open as were counted.
 */
export function pick(filter: RowFilter, what: "where" | "length", column: string, value: string, not: boolean): RowFilter {
  const condition = conditionOf(column, value, not);
  if (filter[what].includes(condition)) return { ...filter, [what]: filter[what].filter((x) => x !== condition) };
  const others = (list: string[]) => list.filter((x) => partsOf(x).column !== column);
  if (!not) return { ...filter, where: others(filter.where), length: others(filter.length), [what]: [...others(filter[what]), condition] };
  return { ...filter, [what]: [...filter[what].filter((x) => x !== conditionOf(column, value, false)), condition] };
}

export function pickFinding(filter: RowFilter, kind: string, not: boolean): RowFilter {
  if (not) {
    const on = filter.without.includes(kind);
    return { ...filter, finding: filter.finding.filter((x) => x !== kind), without: on ? filter.without.filter((x) => x !== kind) : [...filter.without, kind] };
  }
  const on = filter.finding.includes(kind) && filter.finding.length === 1 && filter.without.length === 0;
  return { ...filter, finding: on ? [] : [kind], without: [] };
}
