import { useQuery } from "@tanstack/react-query";
import { api, ask, type Schemas } from "../../shared/api/client";
import { guidelineOptions } from "../../shared/api/guideline";

export type Queue = Schemas["LabelQueue"];
export type Task = Schemas["LabelTask"];
export type Saved = Schemas["LabelSavedGuideline"];
export type Label = NonNullable<Saved["guideline"]["labels"]>[number];

/** useQueue is a queue with its counts. */
export function useQueue(queue: string, product: string) {
  return useQuery({
    queryKey: ["label", product, "queue", queue],
    queryFn: ({ signal }) => ask(api.GET("/api/v1/queues/{queue}", { signal, params: { path: { queue } } })),
  });
}

/** useGuideline is a version of the guideline: "latest", "v3" or its id; null where there is none yet. */
export function useGuideline(product: string, version: string | undefined) {
  return useQuery({ ...guidelineOptions(product, version ?? ""), enabled: version !== undefined });
}

/** useTally is how far the person is in a queue. */
export function useTally(product: string, queue: string) {
  return useQuery({
    queryKey: ["label", product, "tally", queue],
    refetchInterval: 60_000,
    queryFn: ({ signal }) => ask(api.GET("/api/v1/queues/{queue}/tally", { signal, params: { path: { queue } } })),
  });
}

/** useQuality is how the answers of a queue stand to its gold and each other. */
export function useQuality(product: string, queue: string) {
  return useQuery({
    queryKey: ["label", product, "quality", queue],
    staleTime: 30_000,
    queryFn: ({ signal }) => ask(api.GET("/api/v1/queues/{queue}/quality", { signal, params: { path: { queue } } })),
  });
}

/** useAgreement is α and κ of a queue. */
export function useAgreement(product: string, queue: string) {
  return useQuery({
    queryKey: ["label", product, "agreement", queue],
    staleTime: 60_000,
    queryFn: ({ signal }) => ask(api.GET("/api/v1/queues/{queue}/agreement", { signal, params: { path: { queue } } })),
  });
}
