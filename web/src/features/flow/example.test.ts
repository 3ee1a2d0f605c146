// Edits held to the flow of the example product: whatever node is changed, the rest stays.

import { readFileSync } from "node:fs";
import { parse } from "yaml";
import { expect, test } from "vitest";
import { editNode, removeNode } from "./yamlFlow";

const text = readFileSync(new URL("../../../../examples/service/flow.yaml", import.meta.url), "utf8");
const flow = parse(text) as { nodes: Record<string, Record<string, unknown>> };
// Every ninth node: reading the file costs some 50 ms, and two cores are shared.
const some = Object.keys(flow.nodes).filter((_, i) => i % 9 === 0);
const comments = (t: string) => t.split("\n").filter((l) => l.trim().startsWith("#"));

test("nodes of the example can be changed; every other node and every comment stays", { timeout: 20_000 }, () => {
  for (const id of some) {
    const out = editNode(text, id, { title: "改过" });
    const now = parse(out) as typeof flow;
    expect(now.nodes[id]).toEqual({ ...flow.nodes[id], title: "改过" });
    expect({ ...now.nodes, [id]: 0 }).toEqual({ ...flow.nodes, [id]: 0 });
    expect(comments(out), id).toEqual(comments(text));
    expect(parse(editNode(out, id, { title: flow.nodes[id]!["title"] }))).toEqual(flow);
  }
});

test("nodes of the example can be removed alone", { timeout: 20_000 }, () => {
  for (const id of some) {
    const { [id]: gone, ...rest } = flow.nodes;
    expect(gone).toBeDefined();
    expect((parse(removeNode(text, id)) as typeof flow).nodes).toEqual(rest);
  }
});
