import { keepPreviousData, useQuery } from "@tanstack/react-query";
import { useEffect, useState } from "react";
import { api, ask } from "../../shared/api/client";
import { Fault } from "../../shared/api/fault";
import { sample, type PreviewStep } from "./api";
import { readRecipe, removeStep } from "./recipeText";

export interface Tried {
  rows: number;
  out: number;
  aside: number;
  /** steps by their place in the recipe, from 0; a line that includes another recipe has several. */
  steps: Map<number, PreviewStep[]>;
  all: PreviewStep[];
  /** faults by the place of the step that could not be tried; the others were tried without it. */
  faults: Map<number, Fault>;
  /** ms is how long the answer took. */
  ms: number;
}

/** usePreview tries the text on the sample as it is typed. */
export function usePreview(product: string, recipe: string, version: string | undefined, source: string) {
  const [calm, setCalm] = useState(source);
  useEffect(() => {
    const wait = setTimeout(() => setCalm(source), 120);
    return () => clearTimeout(wait);
  }, [source]);
  return useQuery({
    queryKey: ["clean", product, "preview", recipe, version, calm],
    enabled: !!version,
    placeholderData: keepPreviousData,
    staleTime: 60_000,
    retry: false,
    queryFn: ({ signal }) => tried(calm, (text) => ask(api.POST("/api/v1/products/{product}/recipes/{recipe}/previews", { signal, params: { path: { product, recipe } }, body: { version: version!, ...sample, source: text } }))),
  });
}

/** tried asks for a preview and, when one step does not fit, again without it. */
export async function tried(source: string, ask: (source: string) => Promise<{ rows: number; out: number; set_aside: number; steps: PreviewStep[] | null }>): Promise<Tried> {
  const begin = performance.now();
  const faults = new Map<number, Fault>();
  const lines = readRecipe(source).steps;
  const places = lines.map((_, i) => i); // of the steps that are still in the text
  let text = source;
  for (;;) {
    try {
      const found = await ask(text);
      const all = found.steps ?? [];
      return { rows: found.rows, out: found.out, aside: found.set_aside, all, steps: placed(lines, places, all), faults, ms: performance.now() - begin };
    } catch (e) {
      const at = e instanceof Fault ? stepOf(e.field) : -1;
      const place = places[at];
      if (place === undefined) throw e;
      faults.set(place, e as Fault);
      places.splice(at, 1);
      text = removeStep(text, at);
    }
  }
}

/** stepOf reads the step that a fault names: "steps[2].with.columns (5:3)" → 2; -1 when it names none. */
export function stepOf(field: string): number {
  const found = /steps\[(\d+)\]/.exec(field);
  return found ? Number(found[1]) : -1;
}

function placed(lines: { use?: string }[], places: number[], all: PreviewStep[]): Map<number, PreviewStep[]> {
  const out = new Map<number, PreviewStep[]>();
  const plain = places.filter((p) => lines[p]?.use).length;
  const includes = places.length - plain;
  let at = 0;
  places.forEach((place, i) => {
    const left = places.length - i - 1;
    // One line of an included recipe takes what the plain steps leave; of several each takes one until the last.
    const takes = lines[place]?.use || includes === 0 ? 1 : Math.max(0, includes === 1 ? all.length - plain : all.length - at - left);
    out.set(place, all.slice(at, at + takes));
    at += takes;
  });
  return out;
}
