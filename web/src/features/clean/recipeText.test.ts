import { expect, test } from "vitest";
import { addStep, firstRecipe, moveStep, placeOf, readRecipe, removeStep, setOff, setParam } from "./recipeText";

const source = "# ours\nname: 会话通用\nsteps:\n  - use: clean.width.v1 # keep\n  - use: clean.space.v1\n    off: true\n";
const uses = (text: string) => readRecipe(text).steps.map((s) => s.use);

test("changes leave comments and the other steps", () => {
  expect(setOff(setOff(source, 0, true), 0, false)).toBe(source);
  expect(setParam(setParam(source, 0, "columns", ["内容"]), 0, "columns", undefined)).toBe(source);
  expect(readRecipe(setParam(source, 0, "columns", ["内容"])).steps[0]!.with).toEqual({ columns: ["内容"] });
  expect(setOff(source, 1, false)).toContain("# ours");
});

test("steps move, come and go", () => {
  expect(uses(moveStep(source, 1, 0))).toEqual(["clean.space.v1", "clean.width.v1"]);
  expect(moveStep(source, 0, -1)).toBe(source);
  expect(uses(addStep(source, 1, "clean.nfc.v1"))).toEqual(["clean.width.v1", "clean.nfc.v1", "clean.space.v1"]);
  expect(uses(removeStep(source, 0))).toEqual(["clean.space.v1"]);
  expect(uses(addStep("name: x\nsteps: []\n", 0, "clean.nfc.v1"))).toEqual(["clean.nfc.v1"]);
});

test("a suggestion goes where the order of suggestions has it", () => {
  const order = ["clean.html.v1", "clean.width.v1", "clean.nfc.v1", "clean.space.v1"];
  const { steps } = readRecipe(source);
  expect(placeOf(steps, "clean.nfc.v1", order)).toBe(1);
  expect(placeOf(steps, "clean.html.v1", order)).toBe(0);
  expect(placeOf(steps, "clean.other.v1", order)).toBe(0);
});

test("text that is no YAML says so", () => {
  expect(readRecipe("name: [").problem).not.toBe("");
  expect(setOff("name: [", 0, true)).toBe("name: [");
});

test("a new recipe has what was suggested, with the masks before rows are judged", () => {
  const text = firstRecipe("会话", "name: suggested\nsteps:\n  - use: clean.width.v1\n  - use: clean.duplicate_turns.v1\n");
  expect(readRecipe(text).name).toBe("会话");
  expect(uses(text)).toEqual(["clean.mojibake.v1", "clean.width.v1", "clean.invisible.v1", "clean.space.v1", "clean.personal_data.v1", "clean.duplicate_turns.v1"]);
  expect(uses(firstRecipe("x", "name: s\nsteps: []\n"))).toHaveLength(4);
});
