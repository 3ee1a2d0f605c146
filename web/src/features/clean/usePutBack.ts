import { useMutation, useQueryClient } from "@tanstack/react-query";
import { api, ask } from "../../shared/api/client";
import { useFormat } from "../../shared/format/useFormat";
import { did } from "../../shared/undo/undo";
import { useWords } from "../../shared/words/useWords";

interface Order {
  run: string;
  rows: string[];
  reason: string;
}

/** usePutBack brings rows back from quarantine as a new version; Z sets them aside again. */
export function usePutBack(product: string, done: () => void) {
  const w = useWords("clean");
  const f = useFormat();
  const client = useQueryClient();
  const changed = () => {
    void client.invalidateQueries({ queryKey: ["clean", product] });
    void client.invalidateQueries({ queryKey: ["data", product] });
  };
  const put = ({ run, rows, reason }: Order) => ask(api.POST("/api/v1/clean-runs/{run}/put-backs", { params: { path: { run } }, body: { rows, ...(reason ? { reason } : {}) } }));
  const back = useMutation({
    mutationFn: put,
    onSuccess: (_, order) => {
      done();
      changed();
      did({
        words: w("did_put_back", { count: f.count(order.rows.length) }),
        undo: async () => {
          await ask(api.POST("/api/v1/clean-runs/{run}/set-asides", { params: { path: { run: order.run } }, body: { rows: order.rows } }));
          back.reset();
          changed();
        },
        redo: () => put(order).then(changed),
      });
    },
  });
  return back;
}
