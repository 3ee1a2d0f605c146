import { useMutation, useQueryClient } from "@tanstack/react-query";
import { did } from "../../shared/undo/undo";
import { useWords } from "../../shared/words/useWords";
import { publish, takeBack, type Release } from "./api";

/** usePutLive puts a release live and takes the live one back; each undoes the other. */
export function usePutLive(product: string) {
  const w = useWords("release");
  const client = useQueryClient();
  const stale = () => void client.invalidateQueries({ queryKey: ["release", product] });
  const again = (name: string) => async () => {
    await publish(product, name);
    stale();
  };
  const back = async () => {
    await takeBack(product);
    stale();
  };
  const put = useMutation({
    mutationFn: ({ release, overrule }: { release: Release; overrule?: string }) => publish(product, release.name, overrule),
    onSuccess: (r) => {
      stale();
      did({ words: w("put_done", { name: r.name }), undo: back, redo: again(r.name) });
    },
  });
  const take = useMutation({
    mutationFn: async (live: string) => {
      const began = performance.now();
      const r = await takeBack(product);
      return { r, live, ms: performance.now() - began };
    },
    onSuccess: ({ r, ms }) => {
      stale();
      // Taking back twice ends where it began, and asks no gate.
      did({ words: w("back_done", { name: r.name, seconds: (ms / 1000).toFixed(2) }), undo: back, redo: back });
    },
  });
  return { put, take };
}
