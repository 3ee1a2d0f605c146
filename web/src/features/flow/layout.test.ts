import { expect, test } from "vitest";
import { heightOf, linesOf, nodeWidth, place, reachable, step } from "./layout";

const edges = [
  { from: "a", to: "b", why: "next" },
  { from: "a", to: "c", why: "else" },
  { from: "b", to: "d", why: "next" },
  { from: "c", to: "d", why: "next" },
  { from: "d", to: "a", why: "next" },
];
const nodes = ["a", "b", "c", "d"].map((id) => ({ id, height: 80 }));
const drawn = edges.map((e) => ({ ...e, label: e.why }));

test("nodes stand in layers, never on one another, the same each time", () => {
  const { nodes: at, ways } = place(nodes, drawn);
  expect(at.get("a")!.y).toBeLessThan(at.get("b")!.y);
  expect(at.get("b")!.y).toBe(at.get("c")!.y);
  expect(Math.abs(at.get("b")!.x - at.get("c")!.x)).toBeGreaterThanOrEqual(nodeWidth);
  expect(ways.size).toBe(drawn.length);
  expect([...place(nodes, drawn).nodes]).toEqual([...at]);
  expect(place(nodes, [{ from: "a", to: "gone", label: "" }]).ways.size).toBe(0);
});

test("keys walk along ways", () => {
  expect(step(edges, "a", "down")).toBe("b");
  expect(step(edges, "b", "right")).toBe("c");
  expect(step(edges, "c", "left")).toBe("b");
  expect(step(edges, "d", "up")).toBe("b");
  expect(step(edges, "b", "left")).toBeUndefined();
  expect([...reachable(edges, "b")].sort()).toEqual(["a", "b", "c", "d"]);
  expect([...reachable(edges.slice(0, 4), "b")].sort()).toEqual(["b", "d"]);
});

test("a card is as tall as what it says", () => {
  expect(linesOf("您好")).toBe(1);
  expect(linesOf("这一句有二十多个字所以在一百九十六的宽度里要占两行")).toBe(2);
  expect(heightOf(9, true)).toBe(heightOf(2, true));
});
