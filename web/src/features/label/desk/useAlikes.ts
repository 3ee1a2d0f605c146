import { keepPreviousData, useQuery } from "@tanstack/react-query";
import { useEffect, useState } from "react";
import { api, ask } from "../../../shared/api/client";

const restMS = 250;

/** useAlikes finds what reads like a task, once it has stayed on the desk for a moment: whoever is quick needs none. */
export function useAlikes(product: string, task: string | undefined) {
  const [asked, setAsked] = useState<string>();
  useEffect(() => {
    const timer = setTimeout(() => setAsked(task), restMS);
    return () => clearTimeout(timer);
  }, [task]);
  const query = useQuery({
    queryKey: ["label", product, "alikes", asked],
    enabled: asked !== undefined,
    staleTime: 60_000,
    retry: false,
    placeholderData: keepPreviousData,
    queryFn: ({ signal }) => ask(api.GET("/api/v1/tasks/{task}/alikes", { signal, params: { path: { task: asked! } } })),
  });
  return { data: asked === task && !query.isPlaceholderData ? query.data : undefined };
}
