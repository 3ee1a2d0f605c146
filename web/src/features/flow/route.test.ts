import { expect, test } from "vitest";
import { corners, pathOf } from "./route";

test("a straight way stays straight, others turn at right angles", () => {
  expect(corners([{ x: 5, y: 0 }, { x: 5, y: 40 }])).toEqual([{ x: 5, y: 0 }, { x: 5, y: 40 }]);
  const turned = corners([{ x: 0, y: 0 }, { x: 50, y: 40 }, { x: 50, y: 90 }, { x: 10, y: 130 }]);
  turned.slice(1).forEach((p, i) => expect(p.x === turned[i]!.x || p.y === turned[i]!.y).toBe(true));
  expect(turned.at(-1)).toEqual({ x: 10, y: 130 });
});

test("the path begins and ends where the route does", () => {
  expect(pathOf([{ x: 0, y: 0 }, { x: 0, y: 20 }])).toBe("M0 0L0 20");
  expect(pathOf([{ x: 0, y: 0 }, { x: 40, y: 60 }])).toBe("M0 0L0 22Q0 30 8 30L32 30Q40 30 40 38L40 60");
  expect(pathOf([])).toBe("");
});
