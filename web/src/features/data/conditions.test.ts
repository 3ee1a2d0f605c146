import { expect, test } from "vitest";
import { conditionOf, partsOf, toggled } from "./conditions";

test("a condition is read as it was written, whatever the value holds", () => {
  for (const not of [true, false]) for (const value of ["", "a=b", "!=", "微信"]) expect(partsOf(conditionOf("渠道", value, not))).toEqual({ column: "渠道", value, not });
});

test("a second click takes a condition away; its opposite replaces it", () => {
  expect(toggled(["a=1"], "a=1")).toEqual([]);
  expect(toggled(["a=1", "b=2"], "a!=1")).toEqual(["b=2", "a!=1"]);
});
