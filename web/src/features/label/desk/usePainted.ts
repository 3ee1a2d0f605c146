import { useLayoutEffect, useRef } from "react";

/**
 * usePainted measures from a key to the paint that shows what it did: performance measures
 * "label.next" and "label.choice", in ms, for traces and the browser test.
 */
export function usePainted(task: string | undefined, chosen: readonly string[]) {
  const begun = useRef<{ what: "next" | "choice"; at: number }>(undefined);
  useLayoutEffect(() => {
    const from = begun.current;
    if (!from) return;
    begun.current = undefined;
    // A frame begins; what is posted from within it runs right after the paint.
    requestAnimationFrame(() => {
      const after = new MessageChannel();
      after.port1.onmessage = () => performance.measure(`label.${from.what}`, { start: from.at, end: performance.now() });
      after.port2.postMessage(0);
    });
  }, [task, chosen]);
  return {
    begin: (what: "next" | "choice") => {
      begun.current = { what, at: window.event instanceof KeyboardEvent ? window.event.timeStamp : performance.now() };
    },
  };
}
