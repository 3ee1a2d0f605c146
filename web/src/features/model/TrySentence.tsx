import { keepPreviousData, useQuery } from "@tanstack/react-query";
import { Input } from "antd";
import { useState } from "react";
import { Link } from "react-router";
import { api, ask } from "../../shared/api/client";
import { useLabelNames } from "../../shared/api/useLabelNames";
import { useFormat } from "../../shared/format/useFormat";
import { Chip } from "../../shared/page/Chip";
import { Faces } from "../../shared/page/Faces";
import { Section } from "../../shared/page/Section";
import { useFilters } from "../../shared/table/useFilters";
import { Weighed } from "../../shared/text/Weighed";
import { useWords } from "../../shared/words/useWords";
import css from "./model.module.css";

/** TrySentence asks the model about one sentence and shows why: characters that pull, rows that weighed. */
export function TrySentence({ product, model, held }: { product: string; model: string; held: Record<string, number> }) {
  const w = useWords("model");
  const f = useFormat();
  const nameOf = useLabelNames(product);
  const { filters, set } = useFilters(["say", "why"] as const);
  const [typed, setTyped] = useState(filters.say);
  const text = filters.say;
  const explained = useQuery({
    queryKey: ["model", product, "explained", model, text, filters.why],
    enabled: text !== "",
    placeholderData: keepPreviousData,
    queryFn: ({ signal }) => ask(api.POST("/api/v1/products/{product}/models/{model}/explanations", { signal, params: { path: { product, model } }, body: { text, most: 5, ...(filters.why ? { label: filters.why } : {}) } })),
  });
  return (
    <Section title={w("try")} note={explained.data && `${model} · ${f.duration(explained.data.seconds)}`}>
      <Input.Search value={typed} maxLength={500} placeholder={w("try_placeholder")} aria-label={w("try_placeholder")} enterButton={w("try_ask")} onChange={(e) => setTyped(e.target.value)} onSearch={(v) => set({ say: v.trim(), why: "" })} />
      {text !== "" && (
        <Faces of={explained}>
          {(e) => {
            const total = (e.witnesses ?? []).reduce((sum, x) => sum + Math.abs(x.weight), 0) || 1;
            return (
              <>
                <div className={css["weighedBox"]}>
                  <Weighed text={text} weights={e.explanation.text ?? []} label={w("weighed", { label: nameOf(e.explanation.label) })} />
                </div>
                <div className={css["scores"]}>
                  <div>
                    {(e.prediction.scores ?? []).slice(0, 5).map((s) => (
                      <button key={s.label} type="button" className={css["bar"]} aria-pressed={s.label === e.explanation.label} onClick={() => set({ why: s.label })} title={w("why_this", { label: nameOf(s.label) })}>
                        <span>{nameOf(s.label)}{s.chosen ? " ✓" : ""}</span>
                        <i style={{ "--share": `${100 * s.p}%` } as React.CSSProperties} aria-hidden />
                        <b>{f.score(s.p)}</b>
                      </button>
                    ))}
                    <p className={css["caption"]} data-measure>
                      {w("out_of_scope")} {f.score(e.prediction.out_of_scope)}
                      {e.prediction.out_of_scope_from < 1 && ` · ${w("foreign_from", { from: f.score(e.prediction.out_of_scope_from) })}`}
                      {e.prediction.foreign && <Chip tone="cinnabar">{w("foreign")}</Chip>}
                    </p>
                    {held["held_scope_rejects"] !== undefined && (
                      <p className={css["caption"]} data-measure>
                        {w("scope_rejects", { share: f.percent(held["held_scope_rejects"]) })}
                        {held["held_scope_recall"] !== undefined && w("scope_recall", { share: f.percent(held["held_scope_recall"]), count: held["held_scope_none"] ?? 0 })}
                      </p>
                    )}
                  </div>
                  <div>
                    <p className={css["caption"]}>{w("witnesses")}</p>
                    {(e.witnesses ?? []).map((x) => (
                      <div key={x.row_id} className={css["witness"]} data-against={x.weight < 0}>
                        <Link to={`/${product}/thread/${encodeURIComponent(x.row_id)}`} title={w("see_thread")}>{x.text || x.row_id.slice(0, 8)}</Link>
                        <span>{(x.labels ?? []).slice(0, 1).map((l) => <Chip key={l} tone="azurite">{nameOf(l)}</Chip>)}</span>
                        <b data-measure>{x.weight < 0 ? "−" : ""}{f.score(Math.abs(x.weight) / total)}</b>
                      </div>
                    ))}
                  </div>
                </div>
              </>
            );
          }}
        </Faces>
      )}
    </Section>
  );
}
