// The loop, in the order in which work goes, and where each stage lives: the one list that
// navigation, "G" keys and routes are made from.

import { lazy, type ComponentType } from "react";

export interface Stage {
  /** id is the folder in features/ and the word in the address. */
  id: string;
  /** key follows G. */
  key: string;
  page: ComponentType;
  /** load brings the code of the page. */
  load: () => Promise<unknown>;
}

const pages = import.meta.glob<Record<string, ComponentType>>("/src/features/*/*Stage.tsx");

/** A stage's entry is features/<id>/<Id>Stage.tsx; it holds the routes below /:product/<id>. */
function stage(id: string, key: string): Stage {
  const name = `${id[0]!.toUpperCase()}${id.slice(1)}Stage`;
  const load = pages[`/src/features/${id}/${name}.tsx`];
  if (!load) throw new Error(`features/${id}/${name}.tsx is missing`);
  return { id, key, load, page: lazy(async () => ({ default: (await load())[name]! })) };
}

export const loop: Stage[] = [
  stage("data", "D"),
  stage("clean", "C"),
  stage("knowledge", "K"),
  stage("label", "L"),
  stage("model", "M"),
  stage("tune", "U"),
  stage("evaluate", "E"),
  stage("flow", "F"),
  stage("release", "R"),
  stage("feedback", "I"),
];

export const home = stage("home", "H");
export const thread = stage("thread", "");
export const people = stage("people", "P");
export const jobs = stage("jobs", "J");
export const settingsPage = stage("settings", "");

/** stageOf is the stage that an address shows, while nobody knows yet whether the product is there. */
export function stageOf(path: string): Stage | undefined {
  const [first = "", second = ""] = path.split("/").filter(Boolean);
  const own = [people, jobs, settingsPage].find((s) => s.id === first);
  if (own || !first || first === "new") return own;
  return second ? [...loop, thread].find((s) => s.id === second) : home;
}
