import { expect, test } from "vitest";
import { countPoints, cut, toPoints, toUnits } from "./offsets";

const text = "住𠮷野家👩‍👧吧";

test("there and back for every code point", () => {
  const points = [...text].length;
  for (let n = 0; n <= points; n++) expect(toPoints(text, toUnits(text, n))).toBe(n);
  expect(countPoints(text)).toBe(points);
});

test("a span cuts what the server means", () => {
  expect(cut(text, 1, 3)).toBe("𠮷野");
  expect(cut(text, 3, 4)).toBe("家");
  expect(cut(text, 4, 99)).toBe("👩‍👧吧");
});

test("an index inside a pair, and past the end", () => {
  expect(toPoints(text, 2)).toBe(1);
  expect(toUnits(text, 99)).toBe(text.length);
  expect(toPoints(text, 99)).toBe([...text].length);
});
