import { expect, test } from "vitest";
import { kindOf, kinds, tally } from "./bands";

const row = (gold: string[], ...top: [string, number][]) => ({ row_id: gold.join() + top.join(), gold, top: top.map(([label, p]) => ({ label, p })) });
const sureRight = row(["a"], ["a", 0.9], ["b", 0.05]);
const sureWrong = row(["b"], ["a", 0.8], ["b", 0.3]);
const unsureRight = row(["a"], ["a", 0.3], ["b", 0.2]);
const second = row(["b"], ["a", 0.3], ["b", 0.2]);
const lost = row(["z"], ["a", 0.1], ["b", 0.05]);
const fourth = row(["d"], ["a", 0.3], ["b", 0.25], ["c", 0.22], ["d", 0.21]);
const at = { answer: 0.5, offer: 0.15 };

test("three bands, the borders belong to the upper one", () => {
  expect(kindOf(sureRight, at)).toBe("answered_right");
  expect(kindOf(sureWrong, at)).toBe("answered_wrong");
  expect(kindOf(unsureRight, at)).toBe("offered_right");
  expect(kindOf(second, at)).toBe("offered_right");
  expect(kindOf(lost, at)).toBe("fell_rightly");
  expect(kindOf(sureRight, { answer: 0.95, offer: 0.92 })).toBe("fell_needless");
  expect(kindOf(unsureRight, { answer: 0.3, offer: 0.15 })).toBe("answered_right");
  expect(kindOf(unsureRight, { answer: 0.5, offer: 0.3 })).toBe("offered_right");
});

test("only three are offered", () => {
  expect(kindOf(fourth, at)).toBe("offered_wrong");
});

test("every row is counted once", () => {
  const rows = [sureRight, sureWrong, unsureRight, second, lost, fourth];
  const t = tally(rows, at);
  expect(kinds.reduce((sum, k) => sum + t[k], 0)).toBe(rows.length);
  expect(tally([], at).answered_right).toBe(0);
});
