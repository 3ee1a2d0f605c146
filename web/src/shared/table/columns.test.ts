import { expect, test } from "vitest";
import { choose, layOut, standardChoice, type Column } from "./columns";

const columns: Column<string>[] = ["a", "b", "c"].map((key) => ({ key, title: key, cell: () => key, ...(key === "c" ? { width: 80, hidden: true } : {}) }));
const keys = (chosen: Column<string>[]) => chosen.map((c) => c.key).join("");

test("hidden columns are off until chosen; order and width are the person's", () => {
  const standard = standardChoice(columns);
  expect(keys(choose(columns, standard))).toBe("ab");
  expect(keys(choose(columns, { order: ["c", "b", "a"], off: ["b"], widths: {} }))).toBe("ca");
  expect(choose(columns, { order: ["a"], off: [], widths: { a: 300 } })[0]!.width).toBe(300);
});

test("columns without a width share the room and never get too narrow", () => {
  expect([...layOut(columns, 480).values()]).toEqual([200, 200, 80]);
  expect([...layOut(columns, 100).values()]).toEqual([110, 110, 80]);
});
