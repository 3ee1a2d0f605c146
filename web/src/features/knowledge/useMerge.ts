import { useMutation, useQueryClient } from "@tanstack/react-query";
import { api, ask } from "../../shared/api/client";
import { did } from "../../shared/undo/undo";
import { useWords } from "../../shared/words/useWords";
import { removeEntry, type Entry } from "./api";
import { bodyOf, draftOf, withWordings } from "./entries";

/**
 * useMerge takes the question and wordings of another entry into this one and removes the other; the
 * answer stays this one's. Undo brings both back as they were.
 */
export function useMerge(product: string) {
  const w = useWords("knowledge");
  const client = useQueryClient();
  const stale = () => client.invalidateQueries({ queryKey: ["knowledge", product] });
  const path = (entry: string) => ({ path: { product, entry } });
  return useMutation({
    mutationFn: async ({ into, otherID }: { into: Entry; otherID: string }) => {
      const other = await ask(api.GET("/api/v1/products/{product}/entries/{entry}", { params: path(otherID) }));
      await removeEntry(product, otherID, other.revision);
      const restore = (e: Entry) => ask(api.POST("/api/v1/products/{product}/entries/{entry}/restorations", { params: path(e.id), body: { revision: e.revision ?? 0 } }));
      try {
        const merged = await ask(api.PUT("/api/v1/products/{product}/entries/{entry}", { params: { ...path(into.id), header: { "If-Match": String(into.revision ?? 0) } }, body: bodyOf(withWordings(draftOf(into), other), into) }));
        did({ words: w("merged", { question: other.question }), undo: () => restore(into).then(() => restore(other)).then(stale) });
        return merged;
      } catch (e) {
        await restore(other); // nothing is lost when the first half stands alone
        throw e;
      }
    },
    onSettled: stale,
  });
}
