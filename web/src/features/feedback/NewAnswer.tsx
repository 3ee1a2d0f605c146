import { useQuery } from "@tanstack/react-query";
import { CornerDownRight } from "lucide-react";
import { api, ask } from "../../shared/api/client";
import { useWords } from "../../shared/words/useWords";
import { type Fix, type Turn } from "./api";
import css from "./feedback.module.css";

/** NewAnswer asks the flow the same again after a fix, with the turns before, and shows what it says now. */
export function NewAnswer({ product, turn, before, fix }: { product: string; turn: Turn; before: Turn[]; fix: Fix }) {
  const w = useWords("feedback");
  const now = useQuery({
    queryKey: ["feedback", product, "now", turn.id, fix.id],
    staleTime: Infinity,
    queryFn: async ({ signal }) => {
      const flows = await ask(api.GET("/api/v1/products/{product}/flows", { signal, params: { path: { product }, query: { limit: 1 } } }));
      const flow = flows.items[0];
      if (!flow) return "";
      const tried = await ask(api.POST("/api/v1/products/{product}/flows/{flow}/simulations", { signal, params: { path: { product, flow: flow.id } }, body: { messages: [...before.slice(-6).map((t) => t.text), turn.text].map((text) => ({ text })) } }));
      return (tried.turns ?? []).at(-1)?.parts?.map((p) => [p.title, p.text].filter(Boolean).join(" ")).filter(Boolean).join("\n") ?? "";
    },
  });
  if (!now.data) return null;
  return (
    <>
      <p className={css["nowHead"]}>
        <CornerDownRight size={14} aria-hidden /> {w("answers_now")}
      </p>
      <p className={css["now"]}>{now.data}</p>
    </>
  );
}
