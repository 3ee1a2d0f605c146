import { expect, test } from "vitest";
import { forecast } from "./forecast";

test("a straight line over doublings gives its slope", () => {
  expect(forecast([100, 200, 400].map((rows) => ({ rows, value: 0.5 + 0.03 * Math.log2(rows / 100) })))).toBeCloseTo(0.03);
});

test("early points do not count, few say nothing, a fall is no gain", () => {
  expect(forecast([{ rows: 10, value: 0 }, { rows: 300, value: 0.8 }, { rows: 600, value: 0.8 }, { rows: 1200, value: 0.8 }])).toBeCloseTo(0);
  expect(forecast([{ rows: 100, value: 0.5 }, { rows: 200, value: 0.6 }])).toBeUndefined();
  expect(forecast([{ rows: 100, value: 0.6 }, { rows: 200, value: 0.55 }, { rows: 400, value: 0.5 }])).toBe(0);
});
