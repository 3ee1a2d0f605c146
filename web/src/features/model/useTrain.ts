import { useMutation, useQueryClient } from "@tanstack/react-query";
import { useEffect, useRef } from "react";
import { useNavigate } from "react-router";
import { api, ask } from "../../shared/api/client";
import { jobsKey } from "../../shared/api/events";
import { jobIsOver, useJob } from "../../shared/api/useJob";
import { useProduct } from "../../shared/api/useProduct";
import { useRunning } from "../../shared/api/useRunning";

/** useTrain trains on the newest gold and goes to the new model when it is there. A training that somebody else began shows too, but takes nobody away. */
export function useTrain() {
  const product = useProduct();
  const client = useQueryClient();
  const go = useNavigate();
  const running = useRunning(product, "learn.train");
  const start = useMutation({
    mutationFn: (order: { params?: Record<string, unknown>; seed?: number }) => ask(api.POST("/api/v1/products/{product}/models", { params: { path: { product } }, body: order })),
    onSuccess: () => client.invalidateQueries({ queryKey: jobsKey }),
  });
  const { job } = useJob(start.data?.job_id);
  const gone = useRef<string>(undefined);
  useEffect(() => {
    const made = job?.result as { number?: number } | undefined;
    if (job?.state !== "done" || !made?.number || gone.current === job.id) return;
    gone.current = job.id;
    void go(`/${product}/model/m${made.number}`);
  }, [job, go, product]);
  const shown = job && (!jobIsOver(job) || job.state !== "done") ? job : running;
  return { start, job: shown, busy: start.isPending || (!!shown && !jobIsOver(shown)) };
}
