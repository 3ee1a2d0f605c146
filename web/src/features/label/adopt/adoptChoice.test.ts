import { expect, test } from "vitest";
import { asNew, choiceOf, chosenOf, decide, leaveOut } from "./adoptChoice";

const value = { value: "催货", row_count: 3, known: false, new: false };

test("what the list shows is what the choice made", () => {
  expect(chosenOf(value)).toBe(leaveOut);
  expect(chosenOf({ ...value, label: "track" })).toBe("track");
  expect(chosenOf({ ...value, label: "催货", new: true })).toBe(asNew);
  expect(choiceOf("催货", leaveOut)).toEqual({ value: "催货" });
  expect(choiceOf("催货", asNew)).toEqual({ value: "催货", new: true });
  expect(choiceOf("催货", "track")).toEqual({ value: "催货", label: "track" });
});

test("the last decision on a value stands, others stay", () => {
  const first = decide([], { value: "催货", label: "track" }, { value: "开票", new: true });
  expect(decide(first, { value: "催货" })).toEqual([{ value: "开票", new: true }, { value: "催货" }]);
});
