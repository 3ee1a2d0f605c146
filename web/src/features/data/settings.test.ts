import { expect, test } from "vitest";
import type { Previewed } from "./api";
import { choicesOf, clash, settingsOf, titleOf, withRole } from "./settings";

const seen = {
  report: { schema: { columns: [{ name: "id", type: "text" }, { name: "角色", type: "text" }, { name: "话", type: "text" }] } },
  roles: [{ role: "speaker", column: "角色", confidence: 0.95, why: { zh: "", en: "" } }],
} as unknown as Previewed;

test("nothing changed sends nothing", () => {
  expect(settingsOf({}, choicesOf(seen))).toEqual({});
});

test("a column that gets a role is renamed to the name later stages know; its old holder gives it up", () => {
  const guessed = choicesOf(seen);
  const moved = withRole(guessed, guessed, "话", "speaker");
  expect(settingsOf({ encoding: "gb18030" }, moved)).toEqual({ encoding: "gb18030", rename: { 话: "角色", 角色: "角色_" } });
  expect(clash(moved)).toBeUndefined();
  expect(settingsOf({}, withRole(moved, guessed, "角色", "speaker"))).toEqual({});
});

test("columns that are left out are not named", () => {
  const some = choicesOf(seen).map((c) => (c.from === "id" ? { ...c, keep: false } : c));
  expect(settingsOf({}, some)).toEqual({ columns: ["角色", "话"] });
});

test("two kept columns of one name clash", () => {
  expect(clash(choicesOf(seen).map((c) => ({ ...c, name: "甲" })))).toBe("甲");
});

test("a dataset is called as its file", () => {
  expect(titleOf("客服会话_0812.csv.gz")).toBe("客服会话_0812");
  expect(titleOf(".csv")).toBe(".csv");
});
