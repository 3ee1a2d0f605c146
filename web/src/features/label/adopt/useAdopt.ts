import { keepPreviousData, useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { useEffect, useRef, useState } from "react";
import { useNavigate } from "react-router";
import { api, ask, type Schemas } from "../../../shared/api/client";
import { useJob } from "../../../shared/api/useJob";
import { useFormat } from "../../../shared/format/useFormat";
import { did } from "../../../shared/undo/undo";
import { useWords } from "../../../shared/words/useWords";

export type AdoptOrder = Omit<Schemas["LabelAdoptBody"], "dry_run">;

/** usePreview is what an adoption would do; the last one stays on the page while the next is reckoned. */
export function usePreview(product: string, order: AdoptOrder | undefined) {
  return useQuery({
    queryKey: ["label", product, "adopt", order],
    enabled: !!order,
    placeholderData: keepPreviousData,
    retry: false,
    queryFn: ({ signal }) => ask(api.POST("/api/v1/products/{product}/adoptions", { signal, params: { path: { product } }, body: { ...order!, dry_run: true } })),
  });
}

/** useAdoptions are the acts of taking over that were done before, the newest first. */
export function useAdoptions(product: string) {
  return useQuery({
    queryKey: ["label", product, "adoptions"],
    queryFn: ({ signal }) => ask(api.GET("/api/v1/products/{product}/adoptions", { signal, params: { path: { product }, query: { limit: 50 } } })),
  });
}

/** useTakeBack takes one adoption back, exactly its rows. */
export function useTakeBack(product: string) {
  const client = useQueryClient();
  return async (adoption: string) => {
    await ask(api.DELETE("/api/v1/adoptions/{adoption}", { params: { path: { adoption } } }));
    await client.invalidateQueries({ queryKey: ["label", product] });
  };
}

/** useAdopt takes labels over by a job; when it is done the gold is shown and can be taken back. */
export function useAdopt(product: string) {
  const w = useWords("label");
  const f = useFormat();
  const go = useNavigate();
  const client = useQueryClient();
  const takeBack = useTakeBack(product);
  const [order, setOrder] = useState<AdoptOrder>();
  const start = useMutation({
    mutationFn: (body: AdoptOrder) => ask(api.POST("/api/v1/products/{product}/adoptions", { params: { path: { product } }, body })),
    onSuccess: (_, body) => setOrder(body),
  });
  const { job } = useJob(start.data?.job_id);
  const told = useRef("");
  useEffect(() => {
    const taken = (job?.result as Partial<Schemas["LabelAdoption"]> | undefined)?.taken_count;
    if (!job || !order || job.state !== "done" || taken === undefined || told.current === job.id) return; // the result comes after the state
    told.current = job.id;
    let adoption = job.id;
    did({
      words: w("adopted_rows", { count: f.count(taken) }),
      undo: () => takeBack(adoption),
      redo: async () => {
        adoption = (await ask(api.POST("/api/v1/products/{product}/adoptions", { params: { path: { product } }, body: order }))).job_id ?? adoption;
      },
    });
    void client.invalidateQueries({ queryKey: ["label", product] });
    void go(`/${product}/label/gold?how=imported`);
  }, [job, order, product, client, go, takeBack, w, f]);
  return { start, job };
}
