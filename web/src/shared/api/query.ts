import { MutationCache, QueryCache, QueryClient } from "@tanstack/react-query";
import { asFault, Fault } from "./fault";

export const meKey = ["people", "me"] as const;

// A fault that asking again cannot mend is shown at once.
function again(failures: number, e: Error): boolean {
  const passing = e instanceof Fault && (e.status === 0 || e.status === 429 || e.status >= 502);
  return passing && failures < 2;
}

/** makeQueryClient is the cache of server data. When the session ends, everybody sees the sign-in page. */
export function makeQueryClient(): QueryClient {
  const client: QueryClient = new QueryClient({
    queryCache: new QueryCache({
      onError: (e) => {
        if (asFault(e).status === 401) client.setQueryData(meKey, null);
      },
    }),
    // Whatever was done may show on the overview: whoever looks next asks anew.
    mutationCache: new MutationCache({ onSuccess: () => void client.invalidateQueries({ queryKey: ["overview"], refetchType: "none" }) }),
    defaultOptions: {
      queries: { retry: again, retryDelay: (n) => 400 * 2 ** n, staleTime: 5_000, refetchOnWindowFocus: true, networkMode: "always" },
      mutations: { retry: false, networkMode: "always" },
    },
  });
  return client;
}
