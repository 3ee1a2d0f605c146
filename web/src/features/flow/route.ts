// How a way is drawn: straight down and across with round corners, through the points that the
// layout left free for it.

export interface Point {
  x: number;
  y: number;
}

const round = 8;

/** corners turns a route into one of vertical and horizontal pieces. */
export function corners(points: Point[]): Point[] {
  const out: Point[] = points.slice(0, 1);
  for (const q of points.slice(1)) {
    const p = out.at(-1)!;
    if (Math.abs(p.x - q.x) > 1) {
      const middle = Math.round((p.y + q.y) / 2);
      out.push({ x: p.x, y: middle }, { x: q.x, y: middle });
    }
    out.push({ x: Math.abs(p.x - q.x) > 1 ? q.x : p.x, y: q.y });
  }
  return out;
}

/** pathOf is the route as an SVG path. */
export function pathOf(points: Point[]): string {
  const all = corners(points).filter((p, i, list) => i === 0 || p.x !== list[i - 1]!.x || p.y !== list[i - 1]!.y);
  const first = all[0];
  if (!first) return "";
  let d = `M${first.x} ${first.y}`;
  for (let i = 1; i < all.length; i++) {
    const p = all[i]!;
    const next = all[i + 1];
    if (!next) {
      d += `L${p.x} ${p.y}`;
      continue;
    }
    const before = all[i - 1]!;
    const r = Math.min(round, dist(before, p) / 2, dist(p, next) / 2);
    const a = toward(p, before, r);
    const b = toward(p, next, r);
    d += `L${a.x} ${a.y}Q${p.x} ${p.y} ${b.x} ${b.y}`;
  }
  return d;
}

const dist = (a: Point, b: Point) => Math.hypot(a.x - b.x, a.y - b.y);

function toward(from: Point, to: Point, by: number): Point {
  const d = dist(from, to) || 1;
  return { x: from.x + ((to.x - from.x) * by) / d, y: from.y + ((to.y - from.y) * by) / d };
}
