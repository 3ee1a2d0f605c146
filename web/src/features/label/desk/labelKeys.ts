// Which key stands for which label: fixed by the order of the guideline, never by the guesses.

/** keyRow are the label keys in the order in which labels take them. T is left out: it opens the thread. */
export const keyRow = [..."1234567890", ..."QWERYUIOP"];

/** keysOf gives the key of each label that has one. */
export function keysOf(labels: readonly { id: string }[]): Map<string, string> {
  return new Map(labels.slice(0, keyRow.length).map((l, i) => [l.id, keyRow[i]!]));
}

/**
 * toggled is the choice after a label key: with one label it replaces, with several it comes or goes.
 * A label that may only stand beside some others takes the place of those it cannot stand beside.
 */
export function toggled(chosen: readonly string[], id: string, multi: boolean, labels: readonly { id: string; only_with?: string[] | null }[]): string[] {
  if (chosen.includes(id)) return chosen.filter((c) => c !== id);
  if (!multi) return [id];
  const allows = (a: string, b: string) => {
    const only = labels.find((l) => l.id === a)?.only_with ?? [];
    return only.length === 0 || only.includes(b);
  };
  return [...chosen.filter((c) => allows(c, id) && allows(id, c)), id];
}

/** guessed are the suggested labels that Enter takes: the probable ones, or the best alone. */
export function guessed(suggestions: readonly { label: string; score: number }[], multi: boolean): string[] {
  const best = suggestions[0];
  if (!best) return [];
  if (!multi) return [best.label];
  const probable = suggestions.filter((s) => s.score >= 0.5).map((s) => s.label);
  return probable.length ? probable : [best.label];
}
