import { expect, test } from "vitest";
import type { Item } from "./api";
import { moved, shownItems, withKept } from "./order";

const item = (turn_id: string, cause = "unanswered") => ({ turn_id, cause, count: 1 }) as Item;

test("a cause keeps its items, home's word for a hand-over too", () => {
  const items = [item("a"), item("b", "handover"), item("c", "disliked")];
  expect(shownItems(items, "").length).toBe(3);
  expect(shownItems(items, "handed_over").map((i) => i.turn_id)).toEqual(["b"]);
});

test("together, one stands for all that ask the same, the largest group first", () => {
  const items = [item("a"), item("b"), item("c")];
  const groups = [{ text: "", turns: ["a"], count: 1, risk: 1 }, { text: "", turns: ["x", "b", "c"], count: 3, risk: 0.2 }];
  expect(shownItems(items, "", groups).map((i) => [i.turn_id, i.count])).toEqual([["b", 3], ["a", 1]]);
});

test("moving stays in the list; when the last one is closed the one before is next", () => {
  const items = [item("a"), item("b")];
  expect(moved(items, "a", 1)).toBe("b");
  expect(moved(items, "a", -1)).toBe("a");
  expect(moved(items, "b", 1)).toBe("a");
  expect(moved([], undefined, 1)).toBe("");
});

test("a corrected item stays in its place while it is looked at, and only once", () => {
  const [a, b, c] = [item("a"), item("b"), item("c")];
  const kept = { item: b, index: 1 };
  expect(withKept([a, c], kept, "b")).toEqual([a, b, c]);
  expect(withKept([a, c], kept, "c")).toEqual([a, c]);
  expect(withKept([a, b, c], kept, "b")).toEqual([a, b, c]);
  expect(withKept([], { item: b, index: 4 }, "b")).toEqual([b]);
});
