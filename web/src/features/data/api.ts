import { useQuery } from "@tanstack/react-query";
import { api, ask, type Schemas } from "../../shared/api/client";

export type Dataset = Schemas["Dataset"];
export type Version = Schemas["DatasetVersion"];
export type Row = Schemas["DatasetRow"];
export type ColumnProfile = Schemas["DatasetColumnProfile"];
export type Previewed = Schemas["DatasetPreviewed"];
export type Settings = Schemas["DatasetSettings"];
export type Detected = Schemas["DatasetDetected"];

export function useDatasets(product: string) {
  return useQuery({
    queryKey: ["data", product, "datasets", "all"],
    queryFn: ({ signal }) => ask(api.GET("/api/v1/products/{product}/datasets", { signal, params: { path: { product }, query: { limit: 1000 } } })),
  });
}

export function useDataset(product: string, dataset: string) {
  return useQuery({
    queryKey: ["data", product, "dataset", dataset],
    queryFn: ({ signal }) => ask(api.GET("/api/v1/products/{product}/datasets/{dataset}", { signal, params: { path: { product, dataset } } })),
  });
}

/** useVersionsOf are the versions of a dataset as the server lists them, the newest first. */
export function useVersionsOf(product: string, dataset: string) {
  return useQuery({
    queryKey: ["data", product, "versions", dataset],
    queryFn: async ({ signal }) => {
      const found = await ask(api.GET("/api/v1/products/{product}/datasets/{dataset}/versions", { signal, params: { path: { product, dataset }, query: { limit: 1000 } } }));
      return [...found.items].sort((a, b) => b.number - a.number);
    },
  });
}

export function useProfile(product: string, dataset: string, version: string | undefined) {
  return useQuery({
    queryKey: ["data", product, "profile", dataset, version],
    enabled: !!version,
    staleTime: Infinity, // a version never changes
    queryFn: ({ signal }) => ask(api.GET("/api/v1/products/{product}/datasets/{dataset}/versions/{version}/profile", { signal, params: { path: { product, dataset, version: version! } } })),
  });
}

/** useReport is what the import of a version found; versions that cleaning made have none. */
export function useReport(product: string, dataset: string, version: Version | undefined) {
  return useQuery({
    queryKey: ["data", product, "report", dataset, version?.id],
    enabled: !!version?.report,
    staleTime: Infinity,
    queryFn: ({ signal }) => ask(api.GET("/api/v1/products/{product}/datasets/{dataset}/versions/{version}/report", { signal, params: { path: { product, dataset, version: version!.id } } })),
  });
}

export function useFormats() {
  return useQuery({ queryKey: ["data", "formats"], staleTime: Infinity, queryFn: ({ signal }) => ask(api.GET("/api/v1/formats", { signal })) });
}
