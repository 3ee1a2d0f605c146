// Edits of the flow's YAML. Only the node that changes is written anew; every other byte of the
// file, comments included, stays as its author wrote it.

import { Document, isMap, isScalar, parseDocument, Scalar, YAMLMap, type Node, type Pair } from "yaml";

const style = { lineWidth: 0, flowCollectionPadding: false, indent: 2 } as const;

type Spot = { pair: Pair<Scalar<string>, Node>; from: number; to: number; column: number };

function nodesMap(text: string): YAMLMap | undefined {
  const doc = parseDocument(text);
  const nodes = doc.get("nodes");
  return isMap(nodes) ? nodes : undefined;
}

function spotOf(text: string, nodes: YAMLMap, id: string): Spot | undefined {
  const pair = nodes.items.find((p) => isScalar(p.key) && String(p.key.value) === id) as Pair<Scalar<string>, Node> | undefined;
  if (!pair?.key.range || !pair.value?.range) return undefined;
  const from = pair.key.range[0];
  // The last number is behind the comment that is printed with the value; the white space after it is not ours.
  const to = from + text.slice(from, pair.value.range[2]).trimEnd().length;
  return { pair, from, to, column: from - (text.lastIndexOf("\n", from - 1) + 1) };
}

/** valueOf gives what is written under a node, as plain data; undefined when there is no such node. */
export function valueOf(text: string, id: string): Record<string, unknown> | undefined {
  const nodes = nodesMap(text);
  const spot = nodes && spotOf(text, nodes, id);
  const value = spot?.pair.value;
  return isMap(value) ? (value.toJSON() as Record<string, unknown>) : undefined;
}

function written(key: string, value: unknown, column: number): string {
  const doc = new Document();
  const map = new YAMLMap();
  map.items.push(doc.createPair(key, value) as never);
  doc.contents = map as never;
  return doc.toString(style).trimEnd().split("\n").map((line, i) => (i === 0 || line === "" ? line : " ".repeat(column) + line)).join("\n");
}

/** editNode sets fields of a node; a field that is undefined or "" goes away. Comments inside the node stay. */
export function editNode(text: string, id: string, change: Record<string, unknown>): string {
  const nodes = nodesMap(text);
  const spot = nodes && spotOf(text, nodes, id);
  if (!spot || !isMap(spot.pair.value)) return text;
  const value = spot.pair.value;
  for (const [field, to] of Object.entries(change)) {
    if (to === undefined || to === "" || (Array.isArray(to) && to.length === 0)) value.delete(field);
    else if (JSON.stringify(value.toJSON()[field]) !== JSON.stringify(to)) value.set(field, to);
  }
  // A node in one line stays in one while it fits.
  if (value.flow && JSON.stringify(value.toJSON()).length > 100) value.flow = false;
  return text.slice(0, spot.from) + written(id, value, spot.column) + text.slice(spot.to);
}

/** addNode writes a new node behind another one, or at the end, and leads that one to it when it has no way on yet. */
export function addNode(text: string, id: string, value: Record<string, unknown>, after?: string): string {
  const nodes = nodesMap(text);
  if (!nodes) return `${text.trimEnd()}\n\nnodes:\n  ${written(id, value, 2)}\n`;
  const last = nodes.items.at(-1);
  const key = after ?? (isScalar(last?.key) ? String(last.key.value) : "");
  const spot = spotOf(text, nodes, key);
  if (!spot) return `${text.trimEnd()}\n  ${written(id, value, 2)}\n`;
  const end = text.indexOf("\n", spot.to);
  const at = end < 0 ? text.length : end;
  const added = `${text.slice(0, at)}\n${" ".repeat(spot.column)}${written(id, value, spot.column)}${text.slice(at)}`;
  const from = after ? valueOf(text, after) : undefined;
  const leads = from && ["next", "branch", "lookup", "pick", "handover", "run"].some((f) => from[f] !== undefined);
  return after && from && !leads ? editNode(added, after, { next: id }) : added;
}

/** removeNode takes a node out with its lines; ways that led to it are left and told by the checks. */
export function removeNode(text: string, id: string): string {
  const nodes = nodesMap(text);
  const spot = nodes && spotOf(text, nodes, id);
  if (!spot) return text;
  const from = text.lastIndexOf("\n", spot.from - 1) + 1;
  const end = text.indexOf("\n", spot.to);
  return text.slice(0, from) + (end < 0 ? "" : text.slice(end + 1));
}

/** freeID is the first of base, base_2, base_3 … that is not taken. */
export function freeID(base: string, taken: Set<string>): string {
  if (!taken.has(base)) return base;
  let n = 2;
  while (taken.has(`${base}_${n}`)) n++;
  return `${base}_${n}`;
}

/** lineOf is where a node is written, from 1; 0 when it is not. */
export function lineOf(text: string, id: string): number {
  const nodes = nodesMap(text);
  const spot = nodes && spotOf(text, nodes, id);
  return spot ? text.slice(0, spot.from).split("\n").length : 0;
}

/** nodeAt is the node that is written on a line, from 1. */
export function nodeAt(nodes: { id: string; line: number }[], line: number): string | undefined {
  let best: { id: string; line: number } | undefined;
  for (const n of nodes) if (n.line <= line && (!best || n.line > best.line)) best = n;
  return best?.id;
}

export interface Step {
  客: string;
  intents?: string[];
  node?: string;
  slots?: Record<string, string>;
  band?: string;
}

/** addStory puts a story at the end of a stories file, which may be empty. */
export function addStory(text: string, name: string, channel: string, steps: Step[]): string {
  const doc = new Document([{ name, ...(channel ? { channel } : {}), steps }]);
  const story = doc.toString(style).trimEnd().split("\n").map((l) => `  ${l}`).join("\n");
  if (!/^stories:/m.test(text)) return `${text.trimEnd()}${text.trim() ? "\n" : ""}stories:\n${story}\n`;
  return `${text.trimEnd()}\n\n${story}\n`;
}
