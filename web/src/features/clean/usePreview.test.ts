import { expect, test } from "vitest";
import { Fault } from "../../shared/api/fault";
import type { PreviewStep } from "./api";
import { stepOf, tried } from "./usePreview";
import { readRecipe } from "./recipeText";

const source = "name: x\nsteps:\n  - use: a\n  - use: bad\n  - use: c\n";
const server = async (text: string) => {
  const steps = readRecipe(text).steps;
  const bad = steps.findIndex((s) => s.use === "bad");
  if (bad >= 0) throw new Fault(422, "clean.no_such_column", "", "", "", `steps[${bad}].with.columns`, "");
  return { rows: 10, out: 9, set_aside: 1, steps: steps.map((s, i) => ({ step: i + 1, operator: s.use }) as PreviewStep) };
};

test("a step that does not fit is named; those behind it are tried all the same", async () => {
  const got = await tried(source, server);
  expect([...got.faults.keys()]).toEqual([1]);
  expect(got.steps.get(0)![0]!.operator).toBe("a");
  expect(got.steps.get(2)![0]!.operator).toBe("c");
  expect(got.steps.has(1)).toBe(false);
});

test("a fault that names no step is thrown", async () => {
  await expect(tried(source, () => Promise.reject(new Fault(0, "x", "", "", "", "", "")))).rejects.toThrow();
  expect(stepOf("steps[12].use (3:9)")).toBe(12);
  expect(stepOf("name")).toBe(-1);
});
