/** splice parts a change into what stays in front, what went, what came, and what stays behind; in whole characters. */
export function splice(before: string, after: string): { head: string; gone: string; come: string; tail: string } {
  const a = [...before];
  const b = [...after];
  let from = 0;
  while (from < a.length && from < b.length && a[from] === b[from]) from++;
  let end = 0;
  while (end < a.length - from && end < b.length - from && a[a.length - 1 - end] === b[b.length - 1 - end]) end++;
  return {
    head: a.slice(0, from).join(""),
    gone: a.slice(from, a.length - end).join(""),
    come: b.slice(from, b.length - end).join(""),
    tail: a.slice(a.length - end).join(""),
  };
}

/** pulls scales what each character did to −1 … 1 by the strongest of them. */
export function pulls(weights: number[]): number[] {
  const most = Math.max(...weights.map(Math.abs), 1e-9);
  return weights.map((x) => x / most);
}
