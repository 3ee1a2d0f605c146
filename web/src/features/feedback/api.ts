import { useQuery } from "@tanstack/react-query";
import { api, ask, type Schemas } from "../../shared/api/client";

export type Item = Schemas["FeedbackItem"];
export type Turn = Schemas["ServeTurn"];
export type Fix = Schemas["FeedbackFix"];
export type Cluster = Schemas["FeedbackCluster"];

export const statuses = ["open", "fixed", "right", "dismissed"] as const;
export type Status = (typeof statuses)[number];
export const most = 2000; // items of one answer; the server orders them, the costliest first

/** useInbox is the items of a status, the costliest first. */
export function useInbox(product: string, status: Status) {
  return useQuery({
    queryKey: ["feedback", product, "inbox", status],
    queryFn: async ({ signal }) => (await ask(api.GET("/api/v1/products/{product}/inbox", { signal, params: { path: { product }, query: { status, limit: most } } }))).items,
  });
}

/** useClusters is the open items that ask the same, together. */
export function useClusters(product: string) {
  return useQuery({
    queryKey: ["feedback", product, "clusters"],
    queryFn: async ({ signal }) => (await ask(api.GET("/api/v1/products/{product}/inbox/clusters", { signal, params: { path: { product }, query: { limit: most } } }))).items,
  });
}

/** useTurn is one turn with every decision. */
export function useTurn(product: string, turn: string | undefined) {
  return useQuery({
    queryKey: ["feedback", product, "turn", turn],
    enabled: turn !== undefined,
    staleTime: Infinity, // a turn never changes but for its rating
    queryFn: ({ signal }) => ask(api.GET("/api/v1/products/{product}/turns/{turn}", { signal, params: { path: { product, turn: turn! } } })),
  });
}

/** useTalk is the turns of a session, in the order they were said. */
export function useTalk(product: string, session: string | undefined) {
  return useQuery({
    queryKey: ["feedback", product, "talk", session],
    enabled: session !== undefined,
    staleTime: 30_000,
    queryFn: async ({ signal }) => {
      const { items } = await ask(api.GET("/api/v1/products/{product}/turns", { signal, params: { path: { product }, query: { session: session!, limit: 200 } } }));
      return items.sort((a, b) => a.number - b.number);
    },
  });
}

/** useWhy explains what the model made of a turn; before are the turns before it. */
export function useWhy(product: string, turn: Turn | undefined, before: Turn[] | undefined) {
  return useQuery({
    queryKey: ["feedback", product, "why", turn?.id],
    enabled: turn !== undefined && before !== undefined && turn.model_id !== "",
    staleTime: Infinity,
    queryFn: ({ signal }) =>
      ask(
        api.POST("/api/v1/products/{product}/models/{model}/explanations", {
          signal,
          params: { path: { product, model: turn!.model_id } },
          body: { text: turn!.text, most: 3, history: saidBefore(before!) },
        }),
      ),
  });
}

/** saidBefore turns the turns before into what the model reads. */
export function saidBefore(turns: Turn[]): Schemas["LearnSaid"][] {
  return turns.slice(-4).flatMap((t) => [
    { who: "customer" as const, text: t.text },
    { who: "product" as const, text: replyOf(t) },
  ]).filter((s) => s.text !== "");
}

/** replyOf is what the product said, as plain text. */
export function replyOf(t: Turn): string {
  return (t.parts ?? []).map((p) => [p.title, p.text, ...(p.choices ?? []).map((c) => `[${c.text}]`)].filter(Boolean).join(" ")).filter(Boolean).join("\n");
}

/** useFixes is the newest corrections. */
export function useFixes(product: string) {
  return useQuery({
    queryKey: ["feedback", product, "fixes"],
    queryFn: async ({ signal }) => (await ask(api.GET("/api/v1/products/{product}/fixes", { signal, params: { path: { product }, query: { limit: 50 } } }))).items,
  });
}
