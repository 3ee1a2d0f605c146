/** number is a value of any size in at most five figures: 0.91234, 1.2346e-7, 12,345 stays 12345. */
export function number(v: number): string {
  if (Number.isInteger(v) && Math.abs(v) < 1e15) return String(v);
  return String(+v.toPrecision(5));
}

/** figureText is a figure as it is shown, also where it is no number. */
export function figureText(f: { value: number; odd?: string } | undefined): string {
  if (!f) return "—";
  return f.odd ? f.odd.replace("Infinity", "∞") : number(f.value);
}
