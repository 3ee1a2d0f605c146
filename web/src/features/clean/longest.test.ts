import { expect, test } from "vitest";
import { aloudOf } from "./longest";

test("what is read aloud of a row has nothing that cannot be said, and is short", () => {
  expect(aloudOf({ a: "好", b: "\uFFFD/\u0000\uFFFD4怇\u2028狱\u200b癢" })).toBe("/ 4怇 狱 癢");
  expect([...aloudOf({ a: "长".repeat(200) })].length).toBe(80);
  expect(aloudOf({ a: "\uFFFD\u0001" })).toBe("");
});
