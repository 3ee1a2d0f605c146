// Conditions on rows as they stand in the address and as the server reads them: "column=value", "column!=value".

export function conditionOf(column: string, value: string, not: boolean): string {
  return `${column}${not ? "!=" : "="}${value}`;
}

export function partsOf(condition: string): { column: string; value: string; not: boolean } {
  const at = condition.indexOf("=");
  const not = condition[at - 1] === "!";
  return { column: condition.slice(0, not ? at - 1 : at), value: condition.slice(at + 1), not };
}

/** toggled takes the condition away when it is there, else adds it in place of its opposite. */
export function toggled(all: string[], condition: string): string[] {
  if (all.includes(condition)) return all.filter((x) => x !== condition);
  const { column, value, not } = partsOf(condition);
  return [...all.filter((x) => x !== conditionOf(column, value, !not)), condition];
}
