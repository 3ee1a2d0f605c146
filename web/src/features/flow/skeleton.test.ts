// A new flow has a place for every label of the guideline and says nothing that the product cannot do.

import { parse } from "yaml";
import { expect, test } from "vitest";
import { skeleton } from "./skeleton";

interface Flow {
  intents: Record<string, { node: string; title: string }>;
  nodes: Record<string, { say?: string; handover?: string }>;
  start: string;
  fallback: string;
  human: string;
}
const read = (labels: { id: string; zh: string }[]) => parse(skeleton('新的 "流程"', labels)) as Flow;

test("each label leads to a node of its own that is there", () => {
  const flow = read([{ id: "a:1", zh: "查订单" }, { id: "退货", zh: "" }]);
  expect(Object.keys(flow.intents)).toEqual(["a:1", "退货"]);
  for (const { node, title } of Object.values(flow.intents)) expect(flow.nodes[node]?.say).toContain(title);
  for (const node of [flow.start, flow.fallback, flow.human]) expect(flow.nodes[node]).toBeDefined();
});

test("a label that asks for a person leads to one; without it nobody is told to ask", () => {
  const flow = read([{ id: "x", zh: "转人工" }]);
  expect(flow.nodes[flow.intents["x"]!.node]?.handover).toBeDefined();
  expect(flow.nodes[flow.fallback]?.say).toContain("转人工");
  expect(read([]).nodes["lost"]?.say).not.toContain("转人工");
  expect(read([]).intents).toEqual({});
});
