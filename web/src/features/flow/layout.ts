// Where nodes stand: layers from the entry downwards, so that a conversation reads like a page.

import { Graph, layout } from "@dagrejs/dagre";
import type { Drawing, Edge, FlowNode } from "./api";
import type { Point } from "./route";

export const nodeWidth = 196;

/** heightOf is how tall a node's card is: head, up to two lines, a foot with slots or a problem. */
export function heightOf(lines: number, foot: boolean): number {
  return 32 + Math.min(2, Math.max(1, lines)) * 18 + 8 + (foot ? 25 : 0);
}

/** Placed is where nodes stand (upper left corners) and how each way runs, by its place in the list. */
export interface Placed {
  nodes: Map<string, Point>;
  ways: Map<number, { points: Point[]; at: Point }>;
}

/** place lays the drawing out, the same for the same drawing. Ways to nodes that are not there are left out. */
export function place(nodes: { id: string; height: number }[], edges: { from: string; to: string; label: string }[]): Placed {
  const g = new Graph({ multigraph: true });
  g.setGraph({ rankdir: "TB", nodesep: 48, ranksep: 46, edgesep: 24, marginx: 24, marginy: 24 });
  g.setDefaultEdgeLabel(() => ({}));
  const known = new Set(nodes.map((n) => n.id));
  for (const n of nodes) g.setNode(n.id, { width: nodeWidth, height: n.height });
  const drawn = edges.map((e, i) => ({ ...e, i })).filter((e) => known.has(e.from) && known.has(e.to));
  for (const e of drawn) g.setEdge(e.from, e.to, e.label ? { width: textWidth(e.label) + 8, height: 16, labelpos: "c" } : {}, String(e.i));
  layout(g);
  const round = (p: Point) => ({ x: Math.round(p.x), y: Math.round(p.y) });
  return {
    nodes: new Map(nodes.map((n) => {
      const at = g.node(n.id) as Point;
      return [n.id, round({ x: at.x - nodeWidth / 2, y: at.y - n.height / 2 })];
    })),
    ways: new Map(drawn.map((e) => {
      const way = g.edge({ v: e.from, w: e.to, name: String(e.i) }) as { points: Point[] } & Partial<Point>;
      const points = way.points.map(round);
      return [e.i, { points, at: round(way.x === undefined ? points[Math.floor(points.length / 2)]! : { x: way.x, y: way.y! }) }];
    })),
  };
}

/** reachable are the nodes that can be walked to from one, itself included. */
export function reachable(edges: Edge[], from: string): Set<string> {
  const seen = new Set<string>();
  const stack = [from];
  for (let id = stack.pop(); id !== undefined; id = stack.pop()) {
    if (seen.has(id)) continue;
    seen.add(id);
    for (const e of edges) if (e.from === id) stack.push(e.to);
  }
  return seen;
}

/** wholeUpTo is how many nodes are drawn at once before one thread is picked. */
const wholeUpTo = 30;

/** firstThread is the intent to show first: "" = all of a small flow, else the thread with most nodes that still fit. */
export function firstThread(d: Drawing): string {
  if ((d.flow.nodes?.length ?? 0) <= wholeUpTo) return "";
  let best = "";
  let most = 0;
  for (const i of d.flow.intents ?? []) {
    const size = i.node ? reachable(d.edges ?? [], i.node).size : 0;
    if (size > most && size <= wholeUpTo) [best, most] = [i.name, size];
  }
  return best;
}

function textWidth(text: string): number {
  let width = 0;
  for (const c of text) width += c.codePointAt(0)! > 0xff ? 12 : 6.6;
  return width;
}

/** linesOf is how many lines a text takes on a card. */
export function linesOf(text: string): number {
  return Math.ceil(textWidth(text) / (nodeWidth - 22));
}

/** step walks the drawing: down follows a way, up goes back, side takes the next way of the same node. */
export function step(edges: Edge[], at: string, move: "down" | "up" | "left" | "right"): string | undefined {
  const out = edges.filter((e) => e.from === at);
  if (move === "down") return out[0]?.to;
  const back = edges.find((e) => e.to === at);
  if (move === "up") return back?.from;
  if (!back) return undefined;
  const beside = [...new Set(edges.filter((e) => e.from === back.from).map((e) => e.to))];
  return beside[beside.indexOf(at) + (move === "right" ? 1 : -1)];
}

/** summary is what a node does, in its own words. */
export function summary(n: FlowNode): string {
  switch (n.kind) {
    case "say":
      return n.say?.[0] ?? n.card?.title ?? "";
    case "ask":
      return (n.ask ?? []).join("、");
    case "branch":
      return (n.branch ?? []).map((c) => c.when).filter(Boolean).join(" / ");
    case "lookup":
      return [n.lookup, ...(n.where ?? [])].join(" · ");
    case "pick":
      return [n.pick, ...(n.where ?? [])].join(" · ");
    case "call":
      return n.call ? `${n.call.method || "GET"} ${n.call.url}` : "";
    case "knowledge":
      return (n.knowledge?.categories ?? []).join("、") || (n.knowledge?.text ?? "");
    case "clarify":
      return n.clarify?.[0] ?? "";
    case "handover":
      return n.handover?.[0] ?? "";
    case "set":
      return Object.entries(n.set ?? {}).map(([k, v]) => `${k} = ${v || "∅"}`).join("、");
    case "run":
      return n.run ?? "";
    default:
      return "";
  }
}
