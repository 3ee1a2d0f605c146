/**
 * forecast tells what doubling the rows would add, as a share of 1, from the last doublings of the
 * curve: the slope of value over log2(rows), fitted by least squares on the points from a fifth of
 * the rows on. undefined when fewer than three such points say anything; never below 0.
 */
export function forecast(points: { rows: number; value: number }[]): number | undefined {
  const most = Math.max(0, ...points.map((p) => p.rows));
  const late = points.filter((p) => p.rows >= most / 5);
  if (late.length < 3) return undefined;
  const x = late.map((p) => Math.log2(p.rows));
  const mx = x.reduce((a, b) => a + b, 0) / x.length;
  const my = late.reduce((a, p) => a + p.value, 0) / late.length;
  const over = x.reduce((a, v, i) => a + (v - mx) * (late[i]!.value - my), 0);
  const under = x.reduce((a, v) => a + (v - mx) ** 2, 0);
  return under > 0 ? Math.max(0, over / under) : undefined;
}
