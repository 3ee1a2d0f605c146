import { expect, test } from "vitest";
import { guessed, keysOf, toggled } from "./labelKeys";

const labels = [{ id: "a" }, { id: "b" }, { id: "none", only_with: ["-"] }, { id: "c", only_with: ["a"] }];

test("the first nineteen labels have keys, digits first, and none is T", () => {
  const keys = keysOf(Array.from({ length: 42 }, (_, i) => ({ id: `l${i}` })));
  expect(keys.size).toBe(19);
  expect([keys.get("l0"), keys.get("l9"), keys.get("l10"), keys.get("l18"), keys.get("l19")]).toEqual(["1", "0", "Q", "P", undefined]);
  expect([...keys.values()]).not.toContain("T");
});

test("one label replaces, several come and go", () => {
  expect(toggled(["a"], "b", false, labels)).toEqual(["b"]);
  expect(toggled(["a"], "b", true, labels)).toEqual(["a", "b"]);
  expect(toggled(["a", "b"], "a", true, labels)).toEqual(["b"]);
});

test("a label that stands alone takes the place of the others, and gives it up to them", () => {
  expect(toggled(["a", "b"], "none", true, labels)).toEqual(["none"]);
  expect(toggled(["none"], "a", true, labels)).toEqual(["a"]);
  expect(toggled(["a", "b"], "c", true, labels)).toEqual(["a", "c"]);
});

test("Enter takes the probable guesses, or the best one alone", () => {
  expect(guessed([{ label: "a", score: 0.9 }, { label: "b", score: 0.6 }, { label: "c", score: 0.1 }], true)).toEqual(["a", "b"]);
  expect(guessed([{ label: "a", score: 0.3 }, { label: "b", score: 0.2 }], true)).toEqual(["a"]);
  expect(guessed([{ label: "a", score: 0.9 }, { label: "b", score: 0.6 }], false)).toEqual(["a"]);
  expect(guessed([], true)).toEqual([]);
});
