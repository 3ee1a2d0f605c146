import type { Tried } from "./api";
import type { Step } from "./yamlFlow";

/** stepsOf makes the expectations of a story from what a simulation did: meaning, band, last node, slots. */
export function stepsOf(turns: Tried[]): Step[] {
  return turns
    .filter((t) => t.text)
    .map((t) => {
      const { trace } = t;
      const acted = trace.intents?.length ? trace.intents : trace.band === "answer" && trace.labels?.[0] ? [trace.labels[0].label] : [];
      const node = trace.path?.at(-1)?.node;
      const slots = Object.fromEntries((trace.slots ?? []).map((s) => [s.slot, s.after ?? ""]));
      return {
        客: t.text,
        ...(acted.length ? { intents: acted } : {}),
        ...(node ? { node } : {}),
        ...(Object.keys(slots).length ? { slots } : {}),
        band: trace.band,
      };
    });
}
