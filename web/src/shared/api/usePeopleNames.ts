import { useQuery } from "@tanstack/react-query";
import { api, ask } from "./client";
import { useMay } from "./useMe";

/** usePeopleNames gives names for the ids of people; a simulated or unknown one keeps its id, and so does everybody to whoever may not see the accounts. */
export function usePeopleNames(): (id: string) => string {
  const may = useMay("lead");
  const list = useQuery({
    queryKey: ["people", "names"],
    enabled: may,
    staleTime: 300_000,
    retry: false,
    queryFn: ({ signal }) => ask(api.GET("/api/v1/accounts", { signal, params: { query: { limit: 200 } } })),
  });
  return (id) => list.data?.items.find((a) => a.id === id)?.name ?? id;
}
