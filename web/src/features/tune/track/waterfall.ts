import type { SpanOf } from "./api";

export interface Step {
  span: SpanOf;
  /** below is how many spans stand under it. */
  below: number;
  /** from and width are where its bar stands, shares of the whole trace. */
  from: number;
  width: number;
}

/** waterfall lays out the spans of a trace, given each followed by those below it; what stands under a folded one is left out. */
export function waterfall(spans: SpanOf[], folded: ReadonlySet<string>): { steps: Step[]; lastMS: number } {
  const lastMS = spans.reduce((last, s) => Math.max(last, s.after_ms + s.took_ms), 0);
  const share = (ms: number) => (lastMS > 0 ? ms / lastMS : 0);
  const below = new Array<number>(spans.length).fill(0);
  const above: number[] = [];
  spans.forEach((s, i) => {
    while (above.length && spans[above.at(-1)!]!.depth >= s.depth) close();
    above.push(i);
  });
  while (above.length) close();
  function close() {
    const i = above.pop()!;
    const parent = above.at(-1);
    if (parent !== undefined) below[parent]! += below[i]! + 1;
  }
  const steps: Step[] = [];
  for (let i = 0; i < spans.length; i++) {
    const span = spans[i]!;
    steps.push({ span, below: below[i]!, from: share(span.after_ms), width: share(span.took_ms) });
    if (folded.has(span.id)) i += below[i]!;
  }
  return { steps, lastMS };
}
