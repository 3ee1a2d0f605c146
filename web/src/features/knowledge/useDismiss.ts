import { useMutation, useQueryClient } from "@tanstack/react-query";
import { api, ask } from "../../shared/api/client";
import { did } from "../../shared/undo/undo";
import { useWords } from "../../shared/words/useWords";

interface Dismissal {
  entry: string;
  text: string;
  dismissed: boolean;
}

/** useDismiss keeps a mined wording from being proposed again; undo proposes it again. */
export function useDismiss(product: string) {
  const w = useWords("knowledge");
  const client = useQueryClient();
  const put = ({ entry, ...body }: Dismissal) =>
    ask(api.PUT("/api/v1/products/{product}/entries/{entry}/dismissals", { params: { path: { product, entry } }, body })).then(() => client.invalidateQueries({ queryKey: ["knowledge", product, "mined"] }));
  return useMutation({
    mutationFn: put,
    onSuccess: (_, d) => did({ words: w("dismissed", { text: d.text }), undo: () => put({ ...d, dismissed: false }), redo: () => put(d) }),
  });
}
