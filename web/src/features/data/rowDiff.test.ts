import { expect, test } from "vitest";
import { stretches } from "./rowDiff";

test("stretches hold both texts and name what changed", () => {
  for (const [before, after] of [["训(xùn)练师", "训练师"], ["", "新"], ["旧", ""], ["４．５分", "4.5分"], ["𠮷野家好", "𠮷野家很好"], ["same", "same"]] as const) {
    const all = stretches(before, after);
    expect(all.filter((s) => s.kind !== "add").map((s) => s.text).join("")).toBe(before);
    expect(all.filter((s) => s.kind !== "del").map((s) => s.text).join("")).toBe(after);
  }
  expect(stretches("训(xùn)练师", "训练师")).toEqual([{ kind: "same", text: "训" }, { kind: "del", text: "(xùn)" }, { kind: "same", text: "练师" }]);
});
