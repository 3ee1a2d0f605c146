import { expect, test } from "vitest";
import type { Release } from "./api";
import { differs, measures, share } from "./differs";

const r: Release = { id: "a", name: "r1", number: 1, manifest: "h", state: "live", created_us: 1, product_id: "p", model_id: "m1", knowledge: "k1", flow: "f1" };

test("what differs between two releases", () => {
  expect(differs(r, { ...r, id: "b" })).toEqual([]);
  expect(differs({ ...r, model_id: "m2", thresholds: { answer: 0.6, offer: 0.2, knowledge: 0.5 } }, r)).toEqual(["model", "thresholds"]);
  expect(differs(r, undefined)).toEqual(["model", "knowledge", "flow"]);
});

test("shares of nothing are zero", () => {
  const nothing = { turns: 0, sessions: 0, handed: 0, missed: 0, p99_us: 0 };
  expect(measures.map((m) => m.of(nothing))).toEqual([0, 0, 0]);
  expect(measures.map((m) => m.of({ turns: 8, sessions: 4, handed: 1, missed: 2, p99_us: 3100 }))).toEqual([25, 25, 3.1]);
  expect(share(1, 0)).toBe(0);
});
