import { useQuery } from "@tanstack/react-query";
import { api, ask } from "../../../shared/api/client";

/** useMySkips are the person's own skips and questions in a queue, with the replies. */
export function useMySkips(product: string, queue: string) {
  return useQuery({
    queryKey: ["label", product, "my_skips", queue],
    refetchInterval: 60_000,
    queryFn: async ({ signal }) => (await ask(api.GET("/api/v1/queues/{queue}/skips/mine", { signal, params: { path: { queue }, query: { limit: 200 } } }))).items,
  });
}
