// A recipe is a YAML file; these change one thing of it and leave comments and the rest as they are.

import { isMap, isSeq, parseDocument, type Document } from "yaml";

export interface Step {
  use?: string;
  recipe?: string;
  with: Record<string, unknown>;
  off: boolean;
  note: string;
}

export interface RecipeText {
  name: string;
  steps: Step[];
  /** problem is why the text cannot be read; its steps are then none. */
  problem: string;
}

export function readRecipe(source: string): RecipeText {
  const doc = parseDocument(source);
  if (doc.errors[0]) return { name: "", steps: [], problem: doc.errors[0].message };
  const plain = doc.toJS() as { name?: unknown; steps?: unknown } | null;
  const steps = Array.isArray(plain?.steps) ? (plain.steps as Record<string, unknown>[]) : [];
  return {
    name: String(plain?.name ?? ""),
    problem: "",
    steps: steps.map((s) => ({ ...(typeof s?.["use"] === "string" ? { use: s["use"] } : {}), ...(typeof s?.["recipe"] === "string" ? { recipe: s["recipe"] } : {}), with: (s?.["with"] as Record<string, unknown> | undefined) ?? {}, off: s?.["off"] === true, note: String(s?.["note"] ?? "") })),
  };
}

function changed(source: string, change: (doc: Document) => void): string {
  const doc = parseDocument(source);
  if (doc.errors.length) return source;
  change(doc);
  return doc.toString({ lineWidth: 0 });
}

export function setOff(source: string, step: number, off: boolean): string {
  return changed(source, (doc) => (off ? doc.setIn(["steps", step, "off"], true) : doc.deleteIn(["steps", step, "off"])));
}

/** setParam sets a parameter of a step; undefined takes it out, so that its default holds. */
export function setParam(source: string, step: number, name: string, value: unknown): string {
  return changed(source, (doc) => {
    if (value !== undefined) {
      if (!isMap(doc.getIn(["steps", step, "with"]))) doc.setIn(["steps", step, "with"], doc.createNode({}));
      doc.setIn(["steps", step, "with", name], doc.createNode(value));
      return;
    }
    doc.deleteIn(["steps", step, "with", name]);
    const rest = doc.getIn(["steps", step, "with"]);
    if (isMap(rest) && rest.items.length === 0) doc.deleteIn(["steps", step, "with"]);
  });
}

export function removeStep(source: string, step: number): string {
  return changed(source, (doc) => doc.deleteIn(["steps", step]));
}

export function moveStep(source: string, from: number, to: number): string {
  return changed(source, (doc) => {
    const steps = doc.get("steps");
    if (!isSeq(steps) || to < 0 || to >= steps.items.length) return;
    steps.items.splice(to, 0, ...steps.items.splice(from, 1));
  });
}

export function addStep(source: string, at: number, use: string): string {
  return changed(source, (doc) => {
    if (!isSeq(doc.get("steps"))) doc.set("steps", doc.createNode([]));
    const steps = doc.get("steps");
    if (!isSeq(steps)) return;
    steps.flow = false;
    steps.items.splice(at, 0, doc.createNode({ use }));
  });
}

/** placeOf is where a step belongs by the order in which steps are proposed: behind the last that comes before it there. */
export function placeOf(steps: Step[], use: string, order: string[]): number {
  const before = order.slice(0, Math.max(0, order.indexOf(use)));
  const last = steps.reduce((found, s, i) => (s.use && before.includes(s.use) ? i : found), -1);
  const after = steps.findIndex((s) => s.use && order.indexOf(s.use) > order.indexOf(use));
  return last >= 0 ? last + 1 : after >= 0 ? after : steps.length;
}

/** always are the steps that a new recipe has even when the sample gave them nothing to do: they harm no clean text, and later rows may need them. */
const always = ["clean.mojibake.v1", "clean.invisible.v1", "clean.space.v1", "clean.personal_data.v1"];

/** firstRecipe is the text of a new recipe: what was suggested, and the steps that every recipe should have; or none of them yet. */
export function firstRecipe(name: string, suggested: string, usual = true): string {
  if (!usual) return parseDocumentOf({ name, version: 1, steps: [] });
  const steps = readRecipe(suggested).steps.flatMap((s) => (s.use ? [s.use] : []));
  const [repair, ...rest] = always.filter((use) => !steps.includes(use));
  const first = repair === always[0] ? [repair] : [];
  const missing = repair && first.length === 0 ? [repair, ...rest] : rest;
  // Before the steps that set rows aside, which judge what the others repaired.
  const judge = steps.findIndex((use) => /broken_rows|machine_notices|agent_templates|duplicate/.test(use));
  const cut = judge < 0 ? steps.length : judge;
  const all = [...first, ...steps.slice(0, cut), ...missing, ...steps.slice(cut)];
  return parseDocumentOf({ name, version: 1, steps: all.map((use) => ({ use })) });
}

function parseDocumentOf(recipe: unknown): string {
  const doc = parseDocument("");
  doc.contents = doc.createNode(recipe) as never;
  return doc.toString();
}
