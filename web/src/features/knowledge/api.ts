import { keepPreviousData, useQuery } from "@tanstack/react-query";
import { api, ask, type Schemas } from "../../shared/api/client";

export type Entry = Schemas["KnowledgeEntry"];
export type Hit = Schemas["KnowledgeHit"];
export type Body = Schemas["KnowledgeEntryBody"];

/** useEntries is every entry of the product; a product has hundreds or thousands, so the list is filtered here. */
export function useEntries(product: string) {
  return useQuery({
    queryKey: ["knowledge", product, "entries"],
    queryFn: async ({ signal }) => {
      const all: Entry[] = [];
      for (let cursor: string | undefined; ; ) {
        const page = await ask(api.GET("/api/v1/products/{product}/entries", { signal, params: { path: { product }, query: { cursor, limit: 500 } } }));
        all.push(...page.items);
        if (!page.next) return all;
        cursor = page.next;
      }
    },
  });
}

export function useRevisions(product: string, entry: string, enabled: boolean) {
  return useQuery({
    queryKey: ["knowledge", product, "revisions", entry],
    enabled,
    queryFn: async ({ signal }) => (await ask(api.GET("/api/v1/products/{product}/entries/{entry}/revisions", { signal, params: { path: { product, entry } } }))).items,
  });
}

/** useSearch finds entries for a sentence and says why. */
export function useSearch(product: string, text: string, limit = 8) {
  return useQuery({
    queryKey: ["knowledge", product, "search", text, limit],
    enabled: text.trim() !== "",
    placeholderData: keepPreviousData,
    queryFn: async ({ signal }) => (await ask(api.POST("/api/v1/products/{product}/searches", { signal, params: { path: { product } }, body: { text, limit, explain: true, drafts: true } }))).items,
  });
}

/** plainText is the answer as one text; parts that are no text keep their kind. */
export function plainText(parts: Entry["answer"]): string {
  return (parts ?? []).filter((p) => p.kind === "text").map((p) => p.text ?? "").join("\n");
}

/** removeEntry sets an entry aside as it was seen; without a revision, as it is now. It can be restored. */
export async function removeEntry(product: string, entry: string, revision?: number): Promise<void> {
  const path = { product, entry };
  const seen = revision ?? (await ask(api.GET("/api/v1/products/{product}/entries/{entry}", { params: { path } }))).revision ?? 0;
  await ask(api.DELETE("/api/v1/products/{product}/entries/{entry}", { params: { path, header: { "If-Match": String(seen) } } }));
}
