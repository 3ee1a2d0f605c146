import { useQuery } from "@tanstack/react-query";
import { Navigate } from "react-router";
import { api, ask } from "../../shared/api/client";
import { useProduct } from "../../shared/api/useProduct";
import { Bones } from "../../shared/page/Bones";

/** LatestReport leads on to the newest report, or to the list when there is none. */
export function LatestReport() {
  const product = useProduct();
  const newest = useQuery({
    queryKey: ["evaluate", product, "newest"],
    queryFn: ({ signal }) => ask(api.GET("/api/v1/products/{product}/evaluations", { signal, params: { path: { product }, query: { limit: 1 } } })),
  });
  if (!newest.data && !newest.error) return <Bones shape="chart" />;
  const id = newest.data?.items?.[0]?.id;
  return <Navigate to={`/${product}/evaluate${id ? `/${id}` : ""}`} replace />;
}
