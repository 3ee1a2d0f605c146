import { expect, test } from "vitest";
import type { Thread } from "./api";
import { beadsOf } from "./beads";

const row = { row: { id: "r1", product_id: "p", dataset_id: "d1", file: "a.csv", blob: "b", record: 3, offset: 0, length: 9, raw: "x", values: {} }, changes: [], annotations: [{ id: "a", person: "陈", simulated: false, labels: ["x"], guideline_id: "g", guideline_version: 2, at: "2026-08-20T07:06:00Z" }] };
const turn = { id: "t", product_id: "p", session_id: "s", text: "票", reply: "", labels: [], release_id: "rel", at: "2026-09-17T02:42:17Z" };

test("an answer goes down, a row goes up", () => {
  const down: Thread = { of: { kind: "turn", id: "t" }, turn, release: { id: "rel", number: 2, model_id: "m", knowledge_id: "k", flow_id: "f", guideline_id: "g" }, rows: [row], shaped: [], gaps: [], masked: 0, reveals: [] };
  expect(beadsOf(down, 0).map((b) => [b.kind, b.there])).toEqual([["answer", true], ["release", true], ["model", true], ["rows", true], ["label", true], ["clean", false], ["raw", true]]);
  const up: Thread = { of: { kind: "row", id: "r1" }, rows: [{ ...row, models: [{ kind: "model", id: "m" }] }], shaped: [{ turn, weight: 0.3 }], gaps: [], masked: 0, reveals: [] };
  expect(beadsOf(up, 0).map((b) => b.kind)).toEqual(["raw", "clean", "label", "model", "answers"]);
});

test("a bead that is gone says why", () => {
  const t: Thread = { of: { kind: "turn", id: "t" }, turn, rows: [], shaped: [], gaps: [{ bead: "release", id: "rel", why: "serve.no_release" }], masked: 0, reveals: [] };
  const beads = beadsOf(t, 0);
  expect(beads[1]).toMatchObject({ there: false, gap: "serve.no_release", to: "" });
  expect(beads.filter((b) => b.there)).toHaveLength(1);
});
