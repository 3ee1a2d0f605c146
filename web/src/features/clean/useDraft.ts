import { useMutation, useQueryClient } from "@tanstack/react-query";
import { useCallback, useEffect, useRef, useState } from "react";
import { api, ask } from "../../shared/api/client";
import { asFault } from "../../shared/api/fault";
import { did } from "../../shared/undo/undo";
import type { Saved } from "./api";

const restMS = 600;
const againMS = 4000; // after a save that did not work

/**
 * useDraft holds the text of a recipe while it is worked on: every change can be taken back and is
 * kept by itself a moment later. When somebody else changed the recipe meanwhile, both texts stay
 * until a person chooses.
 */
export function useDraft(product: string, saved: Saved) {
  const client = useQueryClient();
  const [source, setSource] = useState(saved.source);
  const revision = useRef(saved.revision);
  const kept = useRef(saved.source);
  const latest = useRef(source);
  latest.current = source;
  const keep = useMutation({
    mutationFn: (text: string) => ask(api.PUT("/api/v1/products/{product}/recipes", { params: { path: { product } }, body: { source: text, revision: revision.current } })),
    onSuccess: (now, text) => {
      revision.current = now.revision;
      kept.current = text;
      client.setQueryData(["clean", product, "recipe", saved.id], now);
      void client.invalidateQueries({ queryKey: ["clean", product, "recipes"] });
    },
  });
  const { mutate, mutateAsync, isPending, error } = keep;
  const fault = error ? asFault(error) : undefined;
  const conflict = fault?.code === "clean.recipe_changed";
  useEffect(() => {
    if (source === kept.current || isPending || conflict) return;
    const wait = setTimeout(() => mutate(source), error ? againMS : restMS);
    return () => clearTimeout(wait);
  }, [source, isPending, conflict, error, mutate]);
  // Whoever leaves the page before the rest is over has changed the recipe all the same.
  const left = useRef(() => {});
  left.current = () => latest.current !== kept.current && !isPending && !conflict && mutate(latest.current);
  useEffect(() => () => left.current(), []);
  const change = useCallback((words: string, next: string) => {
    const before = latest.current;
    if (next === before) return;
    setSource(next);
    did({ words, undo: () => setSource(before), redo: () => setSource(next) });
  }, []);
  /** flush keeps what is not kept yet, before a run. */
  const flush = async () => {
    if (latest.current !== kept.current) await mutateAsync(latest.current);
  };
  const read = () => ask(api.GET("/api/v1/products/{product}/recipes/{recipe}", { params: { path: { product, recipe: saved.id } } }));
  /** takeTheirs drops the text here for the one that is kept; keepMine writes over it. */
  const takeTheirs = async () => {
    const now = await read();
    revision.current = now.revision;
    kept.current = now.source;
    setSource(now.source);
    keep.reset();
  };
  const keepMine = async () => {
    revision.current = (await read()).revision;
    mutate(latest.current);
  };
  return { source, setSource, change, flush, fault, conflict, keeping: isPending, dirty: source !== kept.current, revision: revision.current, takeTheirs, keepMine, retry: () => mutate(latest.current) };
}

export type Draft = ReturnType<typeof useDraft>;
