import { useEffect, useRef } from "react";
import type { Action, Layer } from "./actions";
import { put, take } from "./registry";

/** useActions offers actions while the component is on the page: keys, palette and key sheet read them. */
export function useActions(actions: Action[], layer: Layer = "page"): void {
  const id = useRef(Symbol(layer));
  const latest = useRef(actions);
  latest.current = actions;
  // The registry only hears of a change that shows; run and when always reach the newest closure.
  const shape = actions.map((a) => [a.id, a.words, a.key, a.more?.join(), a.hidden, a.repeat].join("\u0001")).join("\u0002");
  useEffect(() => {
    const key = id.current;
    const at = (i: number, a: Action) => (latest.current[i]?.id === a.id ? latest.current[i]! : a);
    put(key, layer, latest.current.map((a, i) => ({ ...a, run: (e) => at(i, a).run(e), when: () => at(i, a).when?.() ?? true })));
    return () => take(key);
  }, [shape, layer]);
}
