import { expect, test } from "vitest";
import { byPlace } from "./byPlace";
import { seen, type Part } from "./parts";

const parts: Part[] = [{ text: "要" }, { text: "１", removed: 1 }, { text: "1", added: 1, removed: 3 }, { text: "一", added: 3 }, { text: "间" }];
const text = (p: Part[]) => p.map((x) => x.text).join("");

test("a merged text reads as it was and as it became", () => {
  expect(text(seen(parts, "before", 0))).toBe("要１间");
  expect(text(seen(parts, "after", 0))).toBe("要一间");
});

test("what came and went shows with one of its steps only", () => {
  expect(text(seen(parts, "both", 2))).toBe("要１一间");
  expect(text(seen(parts, "both", 1))).toBe("要１1一间");
  expect(text(seen(parts, "both", 3))).toBe("要１1一间");
});

test("the steps of an included recipe stand under its line", () => {
  const steps = [{ recipe_step: 1, n: "a" }, { recipe_step: 2, n: "b" }, { recipe_step: 2, n: "c" }];
  expect(byPlace(steps).get(1)!.map((s) => s.n)).toEqual(["b", "c"]);
});
