import { useMutation, useQueryClient } from "@tanstack/react-query";
import { Button, Slider } from "antd";
import { useCallback, useMemo, useState } from "react";
import { Link, useParams } from "react-router";
import { api, ask } from "../../shared/api/client";
import { asFault } from "../../shared/api/fault";
import { useMay } from "../../shared/api/useMe";
import { useProduct } from "../../shared/api/useProduct";
import { useFormat } from "../../shared/format/useFormat";
import { ActionButton } from "../../shared/keys/ActionButton";
import { useActions } from "../../shared/keys/useActions";
import { Faces } from "../../shared/page/Faces";
import { FaultBand } from "../../shared/page/FaultBand";
import { Page } from "../../shared/page/Page";
import { Section } from "../../shared/page/Section";
import { did } from "../../shared/undo/undo";
import { useWords } from "../../shared/words/useWords";
import { useFlow, useJudgements } from "./api";
import { kinds, tally, type Thresholds } from "./bands";
import { CostsSection } from "./CostsSection";
import css from "./model.module.css";
import { useCosts, useWeigh, useWeighed, type Costs } from "./useWeighed";

/** ThresholdsPage shows what two thresholds would have done with the test rows, chooses them by what mistakes cost, and writes them into the flow. */
export function ThresholdsPage() {
  const w = useWords("model");
  const f = useFormat();
  const product = useProduct();
  const client = useQueryClient();
  const may = useMay("trainer");
  const { model = "" } = useParams();
  const judged = useJudgements(product, model, "test");
  const flow = useFlow(product);
  const saved = flow.data?.flow.thresholds;
  const [chosen, setChosen] = useState<Thresholds>();
  const [edited, setEdited] = useState<Costs>();
  const [rested, setRested] = useState<Thresholds>(); // where the slider was let go: each place asks the server
  const inFlow = saved ? { answer: saved.answer, offer: saved.offer } : { answer: 0.5, offer: 0.15 };
  const at = chosen ?? inFlow;
  const rows = useMemo(() => judged.data ?? [], [judged.data]);
  const counts = useMemo(() => tally(rows, at), [rows, at]);
  const table = useCosts(product);
  const costs = edited ?? table.data?.costs;
  const weighed = useWeighed(product, model, inFlow);
  const here = useWeighed(product, model, (chosen && rested) ?? inFlow);
  const weigh = useWeigh(product, model, useCallback((b: Thresholds) => { setEdited(undefined); setRested(undefined); setChosen({ answer: b.answer, offer: b.offer }); }, []));
  const labels = useMemo(() => [...new Set(rows.flatMap((r) => [...(r.gold ?? []), ...(r.top ?? []).map((l) => l.label)]))].sort(), [rows]);
  const put = async (t: Thresholds) => {
    if (!flow.data) return;
    await ask(api.PUT("/api/v1/products/{product}/flows/{flow}/thresholds", { params: { path: { product, flow: flow.data.id } }, body: { answer: t.answer, offer: t.offer, knowledge: flow.data.flow.thresholds.knowledge } }));
    await client.invalidateQueries({ queryKey: ["flow", product] });
  };
  const save = useMutation({
    mutationFn: async (t: Thresholds) => {
      const before = saved && { answer: saved.answer, offer: saved.offer };
      await put(t);
      return before;
    },
    onSuccess: (before, t) => {
      setChosen(undefined);
      if (before) did({ words: w("bands_saved", { answer: t.answer, offer: t.offer }), undo: () => put(before), redo: () => put(t) });
    },
  });
  const changed = !!saved && (at.answer !== saved.answer || at.offer !== saved.offer);
  const keep = { id: "model.bands_save", words: w("bands_save"), key: "Ctrl Enter", when: () => may && changed && !save.isPending, run: () => save.mutate(at) };
  const best = { id: "model.bands_best", words: w("bands_best"), key: "V", when: () => may && rows.length > 0 && !weigh.busy, run: () => weigh.start.mutate(edited) };
  useActions([keep, best]);
  const to = (kind: string) => `/${product}/model/${model}/rows?band=${kind}&answer=${at.answer}&offer=${at.offer}`;
  const part = (n: number) => `${rows.length ? f.percent(n / rows.length) : "0"} %`;
  return (
    <Page
      title={w("title")}
      name={`${model} · ${w("thresholds")}`}
      facts={<><Link to={`/${product}/model/${model}/rows`}><b>{f.count(rows.length)}</b></Link> {w("test_rows")}{flow.data && <> · {w("kept_in", { flow: flow.data.name })}</>}</>}
      acts={
        <>
          <ActionButton action={best} loading={weigh.busy} />
          <ActionButton type="primary" action={keep} loading={save.isPending} />
        </>
      }
    >
      {save.error && <FaultBand fault={asFault(save.error)} retry={() => save.mutate(at)} />}
      {weigh.start.error && <FaultBand fault={asFault(weigh.start.error)} retry={() => weigh.start.mutate(edited)} />}
      {flow.data === null && <p className={css["caption"]}>{w("bands_no_flow")} <Link to={`/${product}/flow`}>{w("to_flow")}</Link></p>}
      <Faces of={judged} shape="chart">
        {() => (
          <div className={css["bands"]}>
            <Section title={w("bands_set")} note={chosen ? <Button size="small" onClick={() => setChosen(undefined)}>{w("bands_back")}</Button> : w("bands_note")}>
              <div className={css["sliders"]}>
                <Slider
                  range
                  min={0}
                  max={1}
                  step={0.01}
                  value={[at.offer, at.answer]}
                  onChange={(v) => setChosen({ offer: v[0] ?? 0, answer: v[1] ?? 1 })}
                  onChangeComplete={(v) => setRested({ offer: v[0] ?? 0, answer: v[1] ?? 1 })}
                  ariaLabelForHandle={[w("offer_from"), w("answer_from")]}
                  marks={{ 0: w("band_fallback"), [Math.max(0.12, at.offer)]: `${w("band_offer")} ≥ ${f.score(at.offer)}`, [Math.max(at.answer, at.offer + 0.14)]: `${w("band_answer")} ≥ ${f.score(at.answer)}` }}
                />
              </div>
            </Section>
            <Section title={w("bands_did")} note={w("bands_did_note")}>
              <div className={css["strip"]}>
                {kinds.filter((k) => counts[k]).map((k) => (
                  <Link key={k} to={to(k)} data-kind={k} style={{ flexGrow: counts[k], flexBasis: 0 }} aria-label={`${w(`kind_${k}`)} ${counts[k]}`}>
                    {counts[k] / rows.length > 0.04 ? f.count(counts[k]) : ""}
                  </Link>
                ))}
              </div>
              <table className={css["plain"]}>
                <thead>
                  <tr><th scope="col">{w("what_happens")}</th><th scope="col" data-right>{w("rows")}</th><th scope="col" data-right>{w("share")}</th><th scope="col">{w("meaning")}</th></tr>
                </thead>
                <tbody>
                  {kinds.map((k) => (
                    <tr key={k}>
                      <th scope="row">{w(`kind_${k}`)}</th>
                      <td data-right><Link to={to(k)}>{f.count(counts[k])}</Link></td>
                      <td data-right><Link to={to(k)}>{part(counts[k])}</Link></td>
                      <td className={css["caption"]}>{w(`kind_${k}_note`)}</td>
                    </tr>
                  ))}
                </tbody>
              </table>
            </Section>
            {costs && <CostsSection product={product} model={model} costs={costs} labels={labels} weighed={weighed.data} here={chosen && here.data?.now} job={weigh.job} may={may} onChange={setEdited} />}
          </div>
        )}
      </Faces>
    </Page>
  );
}
