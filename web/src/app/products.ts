import { useQuery } from "@tanstack/react-query";
import { useParams } from "react-router";
import { api, ask, type Schemas } from "../shared/api/client";

const storage = "zhuomo.product";
export type Product = Schemas["DatasetProduct"];

export function useProducts() {
  return useQuery({
    queryKey: ["products"],
    queryFn: async ({ signal }) => (await ask(api.GET("/api/v1/products", { signal, params: { query: { limit: 500 } } }))).items,
  });
}

/** lastProduct is where the person worked before, in this browser. */
export function lastProduct(): string | undefined {
  try {
    return localStorage.getItem(storage) ?? undefined;
  } catch {
    return undefined;
  }
}

export function keepProduct(id: string): void {
  try {
    localStorage.setItem(storage, id);
  } catch {
    // The next visit begins with the newest product.
  }
}

/** useHere is the product of the address, else the last one, else the first of all. */
export function useHere(): Product | undefined {
  const { product } = useParams();
  const all = useProducts().data;
  return all?.find((p) => p.id === product || p.name === product) ?? (product ? undefined : (all?.find((p) => p.id === lastProduct()) ?? all?.[0]));
}
