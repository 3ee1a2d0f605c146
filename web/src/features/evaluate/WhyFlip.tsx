import { useQuery } from "@tanstack/react-query";
import { api, ask } from "../../shared/api/client";
import { useLabelNames } from "../../shared/api/useLabelNames";
import { useFormat } from "../../shared/format/useFormat";
import { Faces } from "../../shared/page/Faces";
import { Weighed } from "../../shared/text/Weighed";
import { useWords } from "../../shared/words/useWords";
import type { Flip } from "./api";
import css from "./evaluate.module.css";

/** WhyFlip is how one of the two models, of by its id, heard a row: its label, the characters and the rows that weighed. */
export function WhyFlip({ product, of, model, labels, flip, fresh = false }: { product: string; of: string; model: string; labels: string[]; flip: Flip; fresh?: boolean }) {
  const w = useWords("evaluate");
  const f = useFormat();
  const nameOf = useLabelNames(product);
  const label = labels[0] ?? "";
  const explained = useQuery({
    queryKey: ["model", product, "explained", of, flip.row_id, label],
    enabled: of !== "",
    staleTime: Infinity,
    queryFn: ({ signal }) => ask(api.POST("/api/v1/products/{product}/models/{model}/explanations", { signal, params: { path: { product, model: of } }, body: { text: flip.text, ...(flip.history ? { history: flip.history } : {}), most: 3, ...(label ? { label } : {}) } })),
  });
  return (
    <div>
      <Faces of={explained}>
        {(e) => {
          const total = (e.witnesses ?? []).reduce((sum, x) => sum + Math.abs(x.weight), 0) || 1;
          return (
            <>
              <p className={fresh && flip.change === "broken" ? css["worse"] : css["heard"]}>
                <b>{w("heard", { model, label: label ? nameOf(label) : w("nothing") })}</b> <span data-measure>{f.score(e.explanation.p)}</span>
              </p>
              <Weighed text={flip.text} weights={e.explanation.text ?? []} label={w("weighed", { label: nameOf(e.explanation.label) })} />
              <p className={css["caption"]}>{w("witnesses")}</p>
              {(e.witnesses ?? []).map((x) => (
                <p key={x.row_id} className={css["witness"]}>
                  <span>{x.text || x.row_id.slice(0, 8)}</span> <b data-measure>{x.weight < 0 ? "−" : ""}{f.score(Math.abs(x.weight) / total)}</b>
                </p>
              ))}
            </>
          );
        }}
      </Faces>
    </div>
  );
}
