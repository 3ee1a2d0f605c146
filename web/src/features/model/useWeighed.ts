import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { useEffect, useRef } from "react";
import { api, ask, type Schemas } from "../../shared/api/client";
import { jobsKey } from "../../shared/api/events";
import { jobIsOver, useJob } from "../../shared/api/useJob";
import { useRunning } from "../../shared/api/useRunning";
import type { Thresholds } from "./bands";

export type Costs = Schemas["EvaluateCosts"];
export type Weighed = Schemas["EvaluateWeighed"];

const costsKey = (product: string) => ["model", product, "costs"];
const weighedKey = (product: string, model: string) => ["model", product, "weighed", model];

/** useCosts is the table of costs that the product goes by, version 0 while nobody wrote one. */
export function useCosts(product: string) {
  return useQuery({ queryKey: costsKey(product), queryFn: ({ signal }) => ask(api.GET("/api/v1/products/{product}/costs", { signal, params: { path: { product } } })) });
}

function weighed(product: string, model: string, at: Thresholds | undefined, signal?: AbortSignal): Promise<Weighed> {
  return ask(api.GET("/api/v1/products/{product}/models/{model}/costs", { ...(signal ? { signal } : {}), params: { path: { product, model }, query: at ? { answer: at.answer, offer: at.offer } : {} } }));
}

/** useWeighed is what thresholds cost, beside the cheapest once those were chosen. */
export function useWeighed(product: string, model: string, at: Thresholds) {
  return useQuery<Weighed>({
    queryKey: [...weighedKey(product, model), at.answer, at.offer],
    placeholderData: (before: Weighed | undefined) => before,
    queryFn: ({ signal }) => weighed(product, model, at, signal),
  });
}

/** useWeigh keeps the costs where they were changed, answers the rows by folds where that was not done yet, and gives the cheapest thresholds. */
export function useWeigh(product: string, model: string, done: (best: Thresholds) => void) {
  const client = useQueryClient();
  const put = async (costs: Costs) => {
    const saved = await ask(api.PUT("/api/v1/products/{product}/costs", { params: { path: { product } }, body: costs }));
    client.setQueryData(costsKey(product), saved);
    await client.invalidateQueries({ queryKey: weighedKey(product, model) });
  };
  const start = useMutation({
    mutationFn: async (costs: Costs | undefined) => {
      if (costs) await put(costs);
      const known = await weighed(product, model, undefined);
      if (known.best) {
        done(known.best);
        return undefined;
      }
      return ask(api.POST("/api/v1/products/{product}/models/{model}/costs", { params: { path: { product, model } } }));
    },
    onSuccess: (started) => started && client.invalidateQueries({ queryKey: jobsKey }),
  });
  const { job } = useJob(start.data?.job_id);
  const running = useRunning(product, "evaluate.weigh");
  const told = useRef<string>(undefined);
  useEffect(() => {
    if (job?.state !== "done" || told.current === job.id) return;
    told.current = job.id;
    void client.invalidateQueries({ queryKey: weighedKey(product, model) });
    void weighed(product, model, undefined).then((w) => w.best && done(w.best));
  }, [job, client, product, model, done]);
  const shown = job && (!jobIsOver(job) || job.state !== "done") ? job : running;
  return { start, job: shown, busy: start.isPending || (!!shown && !jobIsOver(shown)) };
}
