import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { useEffect, useRef } from "react";
import { api, ask } from "../../shared/api/client";
import { jobIsOver, useJob } from "../../shared/api/useJob";
import { did } from "../../shared/undo/undo";
import { useWords } from "../../shared/words/useWords";
import type { Fix, Item } from "./api";
import { takeBackAll } from "./takeBack";

interface Order {
  item: Item;
  labels: string[];
  /** alike are further turns that get the same labels, one after the other. */
  alike: string[];
}

/**
 * useFix corrects a turn and follows it until it is live or refused. What went live can be taken
 * back by Z, with all that was corrected along with it. `began` is when the key was pressed, for the clock.
 */
export function useFix(product: string) {
  const w = useWords("feedback");
  const client = useQueryClient();
  const began = useRef(0);
  const told = useRef("");
  const ordered = useRef<string[]>([]); // the fixes of the last order; a fix has the id of its job
  const stale = () => Promise.all([client.invalidateQueries({ queryKey: ["feedback", product] }), client.invalidateQueries({ queryKey: ["overview"] })]);
  const takeBack = useMutation({
    mutationFn: (id: string) => takeBackAll(ordered.current.includes(id) ? ordered.current : [id]),
    onSettled: stale,
  });
  const start = useMutation({
    mutationFn: async (o: Order) => {
      const order = (turn: string) => ask(api.POST("/api/v1/products/{product}/fixes", { params: { path: { product } }, body: { turn_id: turn, labels: o.labels } }));
      const first = await order(o.item.turn_id);
      ordered.current = [first.job_id];
      for (const turn of o.alike) ordered.current.push((await order(turn)).job_id);
      return first;
    },
    onMutate: () => void (began.current = performance.now()),
  });
  const id = start.data?.job_id;
  const { job } = useJob(id);
  const over = job !== undefined && jobIsOver(job);
  const fix = useQuery({
    queryKey: ["feedback", product, "fix", id],
    enabled: id !== undefined && over && job.state === "done",
    queryFn: ({ signal }) => ask(api.GET("/api/v1/fixes/{fix}", { signal, params: { path: { fix: id! } } })),
  });
  // Each part is told as it ends: the job says how many, the fix how long each took.
  const done = job?.done ?? 0;
  const partial = useQuery<Fix>({
    queryKey: ["feedback", product, "fix", id, done],
    enabled: id !== undefined && !over && done > 0,
    staleTime: Infinity,
    placeholderData: (old) => old,
    queryFn: ({ signal }) => ask(api.GET("/api/v1/fixes/{fix}", { signal, params: { path: { fix: id! } } })),
  });
  const made = fix.data;
  useEffect(() => {
    if (!made || told.current === made.id) return;
    told.current = made.id;
    void stale();
    if (made.state === "live") did({ words: w("went_live"), undo: () => takeBack.mutateAsync(made.id) });
  });
  return { start, job, fix: made, done, partial: partial.data?.id === id ? partial.data : undefined, began: began.current, running: start.isPending || (id !== undefined && !over), takeBack };
}
