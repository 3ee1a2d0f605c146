import { useQuery } from "@tanstack/react-query";
import { api, ask, type Schemas } from "../../shared/api/client";

export type Thread = Schemas["TrackThread"];
export type RowThread = Schemas["TrackRowThread"];

export const threadKey = (product: string, id: string) => ["thread", product, id];

/** useThread draws the thread of a turn, a row or file:record. */
export function useThread(product: string, id: string) {
  return useQuery({
    queryKey: threadKey(product, id),
    enabled: id !== "",
    staleTime: 60_000,
    queryFn: ({ signal }) => ask(api.GET("/api/v1/threads/{id}", { signal, params: { path: { id }, query: { product } } })),
  });
}

/** useTurn is the turn as the serving stage kept it: titles of labels, time, rating. */
export function useTurn(product: string, turn: string) {
  return useQuery({
    queryKey: ["thread", product, "turn", turn],
    enabled: turn !== "",
    queryFn: ({ signal }) => ask(api.GET("/api/v1/products/{product}/turns/{turn}", { signal, params: { path: { product, turn } } })),
  });
}

export function useRelease(product: string, release: string) {
  return useQuery({
    queryKey: ["thread", product, "release", release],
    enabled: release !== "",
    queryFn: ({ signal }) => ask(api.GET("/api/v1/products/{product}/releases/{release}", { signal, params: { path: { product, release } } })),
  });
}

export function useModel(product: string, model: string) {
  return useQuery({
    queryKey: ["thread", product, "model", model],
    enabled: model !== "",
    queryFn: ({ signal }) => ask(api.GET("/api/v1/products/{product}/models/{model}", { signal, params: { path: { product, model } } })),
  });
}

/** useWhy asks the model what each character of a text did for a label. */
export function useWhy(product: string, model: string, text: string, label: string) {
  return useQuery({
    queryKey: ["thread", product, "why", model, text, label],
    enabled: model !== "" && text !== "" && label !== "",
    staleTime: Infinity,
    queryFn: ({ signal }) => ask(api.POST("/api/v1/products/{product}/models/{model}/explanations", { signal, params: { path: { product, model } }, body: { text, label, most: 1 } })),
  });
}
