import { useMutation, useQueryClient } from "@tanstack/react-query";
import { api, ask } from "../../shared/api/client";
import { asFault } from "../../shared/api/fault";
import { did } from "../../shared/undo/undo";
import { useWords } from "../../shared/words/useWords";
import { saveFlow, saveStories, type Tried } from "./api";
import { stepsOf } from "./story";
import type { Draft } from "./useDraft";
import { addStory } from "./yamlFlow";

const read = (product: string, flow: string) => ask(api.GET("/api/v1/products/{product}/flows/{flow}", { params: { path: { product, flow } } }));

/** useKeep saves the flow and its stories. What somebody else saved in between is shown, never overwritten unseen. */
export function useKeep(product: string, flow: string, draft: Draft) {
  const w = useWords("flow");
  const client = useQueryClient();
  const stale = () => void client.invalidateQueries({ queryKey: ["flow", product] });
  const save = useMutation({
    mutationFn: async (revision: number | undefined) => {
      const text = draft.text;
      const before = draft.base;
      const made = await saveFlow(product, text, flow, revision ?? draft.revision);
      return { text, before, made };
    },
    onSuccess: ({ text, before, made }) => {
      draft.kept(text, made.revision);
      stale();
      did({
        words: w("saved", { revision: made.revision }),
        // A revision is never taken away: undo saves the text of before as the next one.
        undo: async () => {
          const back = await saveFlow(product, before, flow);
          draft.kept(before, back.revision);
          draft.type(before);
          stale();
        },
      });
    },
  });
  const conflict = useMutation({ mutationFn: () => read(product, flow) });
  const keep = (revision?: number) =>
    save.mutate(revision, {
      onError: (e) => {
        if (asFault(e).code === "dialog.edited") conflict.mutate();
      },
    });
  const story = useMutation({
    mutationFn: async ({ name, turns }: { name: string; turns: Tried[] }) => {
      const now = await ask(api.GET("/api/v1/products/{product}/flows/{flow}/stories", { params: { path: { product, flow } } }));
      const made = await saveStories(product, flow, now.revision, addStory(now.text, name, "", stepsOf(turns)));
      return { before: now.text, name, made };
    },
    onSuccess: ({ before, name, made }) => {
      draft.moved(made.revision);
      stale();
      did({
        words: w("story_kept", { name }),
        undo: async () => {
          const back = await saveStories(product, flow, made.revision, before.trim() ? before : "stories: []\n");
          draft.moved(back.revision);
          stale();
        },
      });
    },
  });
  return { save, keep, conflict, story };
}
