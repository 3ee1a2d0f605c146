import { keepPreviousData, useQuery } from "@tanstack/react-query";
import { api, ask, type Schemas } from "../../shared/api/client";
import { queryOf, type RowFilter } from "./filter";

export type Dataset = Schemas["Dataset"];
export type Version = Schemas["DatasetVersion"];
export type Row = Schemas["DatasetRow"];
export type Facets = Schemas["DatasetFacets"];
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

/** useFacets are the counts under a filter; what is wrong with rows is found only when asked for: the first time that takes long. */
export function useFacets(product: string, dataset: string, version: string | undefined, filter: RowFilter, findings: boolean, wanted = true) {
  return useQuery({
    queryKey: ["data", product, "facets", dataset, version, filter, findings],
    enabled: !!version && wanted,
    staleTime: Infinity, // a version never changes
    placeholderData: keepPreviousData,
    queryFn: ({ signal }) => ask(api.GET("/api/v1/products/{product}/datasets/{dataset}/versions/{version}/facets", { signal, params: { path: { product, dataset, version: version! }, query: { ...queryOf(filter), findings: findings ? "yes" : "no" } } })),
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
