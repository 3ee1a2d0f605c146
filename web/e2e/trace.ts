// The trace of a walk: what every interaction took to the next paint, over all the pages it goes through.

import type { Page } from "playwright-core";

/** Slow is an event that took longer than 16 ms to the next paint; work is what its handlers took. */
export interface Slow {
  event: string;
  key: string;
  ms: number;
  work: number;
  path: string;
}

/** hearSlow collects the slow events of a page from its next load on; the list outlives every navigation. */
export async function hearSlow(page: Page): Promise<Slow[]> {
  const slow: Slow[] = [];
  await page.exposeFunction("heardSlow", (one: Slow) => void slow.push(one));
  await page.addInitScript(() => {
    const keys = new Map<number, string>();
    const pressed = (e: KeyboardEvent) => void keys.set(Math.round(e.timeStamp), e.key);
    addEventListener("keydown", pressed, true);
    addEventListener("keyup", pressed, true);
    const tell = (window as unknown as { heardSlow(one: object): void }).heardSlow;
    new PerformanceObserver((list) => {
      for (const e of list.getEntries() as PerformanceEventTiming[]) tell({ event: e.name, key: keys.get(Math.round(e.startTime)) ?? "", ms: e.duration, work: Math.round(e.processingEnd - e.processingStart), path: location.pathname });
    }).observe({ type: "event", durationThreshold: 16 } as PerformanceObserverInit);
  });
  return slow;
}

/** tellSlow prints the slowest; times are told, not asserted: a shared machine cannot promise them. */
export function tellSlow(slow: Slow[], bar = 100): void {
  console.log(`trace: ${slow.length} events over 16 ms, ${slow.filter((x) => x.ms > bar).length} over the bar of ${bar} ms`);
  for (const x of [...slow].sort((a, b) => b.ms - a.ms).slice(0, 12)) console.log(`trace: ${x.ms} ms (handlers ${x.work} ms) ${x.event} ${x.key} on ${x.path}`);
}
