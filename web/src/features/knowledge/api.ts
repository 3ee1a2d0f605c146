import { keepPreviousData, queryOptions, useQuery } from "@tanstack/react-query";
import { api, ask, type Schemas } from "../../shared/api/client";

export type Entry = Schemas["KnowledgeEntry"];
export type Hit = Schemas["KnowledgeHit"];
export type Body = Schemas["KnowledgeEntryBody"];
export type Part = Schemas["KnowledgePart"];
export type Mined = Schemas["KnowledgeMined"];
export type Conflict = Schemas["KnowledgeConflict"];
export type Warning = Schemas["KnowledgeWarning"];
export type Replay = Schemas["KnowledgeReplay"];
export type Use = Schemas["ServeEntryUse"];

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

/** useHours is how far back hits are counted. */
export const usedHours = 168;

/** useUses is what each entry answered live in the last seven days. */
export function useUses(product: string) {
  return useQuery({
    queryKey: ["knowledge", product, "uses"],
    staleTime: 30_000,
    queryFn: async ({ signal }) => {
      const { items } = await ask(api.GET("/api/v1/products/{product}/entry-figures", { signal, params: { path: { product }, query: { hours: usedHours } } }));
      return new Map(items.map((u) => [u.entry_id, u]));
    },
  });
}

/** useMined is what customers said that may be another wording of an entry. */
export function useMined(product: string) {
  return useQuery({
    queryKey: ["knowledge", product, "mined"],
    staleTime: 30_000,
    queryFn: async ({ signal }) => (await ask(api.GET("/api/v1/products/{product}/mined", { signal, params: { path: { product } } }))).items,
  });
}

/** useConflicts is the pairs of entries that ask nearly the same. */
export function useConflicts(product: string) {
  return useQuery({
    queryKey: ["knowledge", product, "conflicts"],
    staleTime: 30_000,
    queryFn: async ({ signal }) => (await ask(api.GET("/api/v1/products/{product}/conflicts", { signal, params: { path: { product } } }))).items,
  });
}

/** replayOf asks what an entry as written would do to what customers asked last; entry is undefined for a new one. */
export function replayOf(product: string, entry: string | undefined, body: Body) {
  return queryOptions({
    queryKey: ["knowledge", product, "replay", entry, JSON.stringify(body)],
    staleTime: 60_000,
    retry: false,
    queryFn: ({ signal }) => ask(api.POST("/api/v1/products/{product}/replays", { signal, params: { path: { product } }, body: { ...body, ...(entry ? { entry_id: entry } : {}) } })),
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

/** plainText is an answer as one text, parts that are no text by what they show. */
export function plainText(parts: Entry["answer"]): string {
  return (parts ?? []).map((p) => [p.title, p.text, p.url, ...(p.facts ?? []).map((f) => `${f.name} ${f.value}`)].filter(Boolean).join(" ")).join("\n");
}

/** restoreEntry brings an old revision back. */
export function restoreEntry(product: string, entry: string, revision: number) {
  return ask(api.POST("/api/v1/products/{product}/entries/{entry}/restorations", { params: { path: { product, entry } }, body: { revision } }));
}

/** removeEntry sets an entry aside as it was seen; without a revision, as it is now. It can be restored. */
export async function removeEntry(product: string, entry: string, revision?: number): Promise<void> {
  const path = { product, entry };
  const seen = revision ?? (await ask(api.GET("/api/v1/products/{product}/entries/{entry}", { params: { path } }))).revision ?? 0;
  await ask(api.DELETE("/api/v1/products/{product}/entries/{entry}", { params: { path, header: { "If-Match": String(seen) } } }));
}
