import { useQuery } from "@tanstack/react-query";
import { api, ask, type Schemas } from "../../shared/api/client";

export type Release = Schemas["ServeRelease"];
export type ReleaseFigure = Schemas["ServeReleaseFigure"];
export type Turn = Schemas["ServeTurn"];
export type NewVoice = Schemas["ServeNewVoice"];
export type Platform = Schemas["ServeVoiceSpec"];

const refreshMS = 5_000;

/** useFigures counts what was measured live over the last hours, anew every few seconds. */
export function useFigures(product: string, hours: number) {
  return useQuery({
    queryKey: ["release", product, "figures", hours],
    refetchInterval: refreshMS,
    queryFn: ({ signal }) => ask(api.GET("/api/v1/products/{product}/live-figures", { signal, params: { path: { product }, query: { hours } } })),
  });
}

export function usePublications(product: string) {
  return useQuery({
    queryKey: ["release", product, "publications"],
    queryFn: ({ signal }) => ask(api.GET("/api/v1/products/{product}/publications", { signal, params: { path: { product }, query: { limit: 50 } } })),
  });
}

/** useModelNumbers gives the short names of models by id. */
export function useModelNumbers(product: string) {
  return useQuery({
    queryKey: ["release", product, "models"],
    queryFn: ({ signal }) => ask(api.GET("/api/v1/products/{product}/models", { signal, params: { path: { product }, query: { limit: 500 } } })),
    select: (page) => new Map((page.items ?? []).map((m) => [m.id, `m${m.number}`])),
  });
}

export function useReport(report: string | undefined) {
  return useQuery({
    queryKey: ["release", "report", report],
    enabled: !!report,
    staleTime: Infinity, // a report never changes
    queryFn: ({ signal }) => ask(api.GET("/api/v1/evaluations/{report}", { signal, params: { path: { report: report! } } })),
  });
}

export const publish = (product: string, release: string, overrule?: string) =>
  ask(api.POST("/api/v1/products/{product}/releases/{release}/publications", { params: { path: { product, release } }, body: overrule ? { overrule } : {} }));

export const takeBack = (product: string, reason = "") => ask(api.POST("/api/v1/products/{product}/takebacks", { params: { path: { product } }, body: { reason } }));

export const bundleOf = async (product: string, release: string): Promise<Blob> =>
  (await ask(api.GET("/api/v1/products/{product}/releases/{release}/bundle", { params: { path: { product, release } }, parseAs: "blob" }))) as unknown as Blob;

export function useVoices(product: string) {
  return useQuery({
    queryKey: ["release", product, "voices"],
    queryFn: ({ signal }) => ask(api.GET("/api/v1/products/{product}/voices", { signal, params: { path: { product }, query: { limit: 200 } } })),
  });
}

export function usePlatforms() {
  return useQuery({
    queryKey: ["release", "platforms"],
    staleTime: Infinity, // they are built in
    queryFn: ({ signal }) => ask(api.GET("/api/v1/voice-platforms", { signal })),
  });
}

export const addVoice = (product: string, body: NewVoice) => ask(api.POST("/api/v1/products/{product}/voices", { params: { path: { product } }, body }));
export const newVoiceKey = (product: string, voice: string) => ask(api.POST("/api/v1/products/{product}/voices/{voice}/keys", { params: { path: { product, voice } } }));
export const removeVoice = (product: string, voice: string) => ask(api.DELETE("/api/v1/products/{product}/voices/{voice}", { params: { path: { product, voice } } }));
