import { useMutation, useQueryClient } from "@tanstack/react-query";
import { Button } from "antd";
import { useState } from "react";
import { Link, useNavigate } from "react-router";
import { api, ask } from "../../../shared/api/client";
import { asFault } from "../../../shared/api/fault";
import { useMay } from "../../../shared/api/useMe";
import { useFormat } from "../../../shared/format/useFormat";
import { ActionButton } from "../../../shared/keys/ActionButton";
import { useActions } from "../../../shared/keys/useActions";
import { Empty } from "../../../shared/page/Empty";
import { Faces } from "../../../shared/page/Faces";
import { FaultBand } from "../../../shared/page/FaultBand";
import { Figures } from "../../../shared/page/Figures";
import { Page } from "../../../shared/page/Page";
import { useWords } from "../../../shared/words/useWords";
import { useAgreement, useQuality } from "../api";
import { Simulated } from "../Simulated";
import { useQueueHead } from "../useQueueHead";
import { ClassAgreement } from "./ClassAgreement";
import { DayChart } from "./DayChart";
import { Disputes } from "./Disputes";
import { PeopleQuality } from "./PeopleQuality";
import css from "./quality.module.css";

const least = 30;

/** QualityPage tells whether labels can be trusted, which are not clear, and who needs help; disputes are settled here. */
export function QualityPage() {
  const w = useWords("label");
  const f = useFormat();
  const go = useNavigate();
  const client = useQueryClient();
  const mayReview = useMay("reviewer");
  const { product, id, queue, guideline, nameOf, here } = useQueueHead();
  const quality = useQuality(product, id);
  const agreement = useAgreement(product, id);
  const [sampling, setSampling] = useState<number>();
  const settle = useMutation({
    mutationFn: () => ask(api.POST("/api/v1/queues/{queue}/settlements", { params: { path: { queue: id } } })),
    onSuccess: () => client.invalidateQueries({ queryKey: ["label", product] }),
  });
  const q = quality.data;
  const a = agreement.data;
  const sim = q?.simulated ? <Simulated /> : null;
  const settleAct = { id: "label.settle", words: w("settle"), key: "A", when: () => mayReview && !settle.isPending, run: () => settle.mutate() };
  const sampleAct = { id: "label.sample", words: sampling ? w("sample_next") : w("sample"), key: ".", when: () => mayReview && !!queue.data?.settled_count, run: () => setSampling((n) => (n ?? 0) + 1) };
  useActions([settleAct, sampleAct]);
  const range = (low: number, high: number, show: (n: number) => string) => `[${show(low)}, ${show(high)}]`;
  const tooFew = a && a.texts < least;
  return (
    <Page
      title={w("title")}
      name={w("quality_of", { queue: queue.data?.name ?? "" })}
      facts={
        q && (
          <>
            {w("quality_twice")} <Link to={`${here}/tasks?twice=1`}><b>{f.count(q.texts)}</b></Link> {w("fact_rows")} · <Link to={`/${product}/label/guideline?version=v${queue.data?.guideline_version}`}>{w("guideline_version", { version: queue.data?.guideline_version ?? "" })}</Link> · <Link to={`${here}/skips`}>{w("skips")}</Link> · <Link to={here}>{w("to_desk")}</Link> {sim}
          </>
        )
      }
      acts={
        mayReview && (
          <>
            <ActionButton action={sampleAct} />
            <ActionButton action={settleAct} type="primary" loading={settle.isPending} />
          </>
        )
      }
      bar={
        q && a && !tooFew && (
          <Figures
            of={[
              { label: w("q_alpha"), value: a.alpha.defined ? f.score(a.alpha.value) : "—", base: a.alpha.defined && range(a.alpha.low, a.alpha.high, (n) => f.score(n)), to: `${here}/tasks?differ=1` },
              { label: w("q_right"), value: q.twice.defined ? f.percent(q.twice.value) : "—", unit: q.twice.defined ? "%" : "", base: q.twice.defined && range(q.twice.low, q.twice.high, (n) => f.percent(n)), to: `${here}/tasks?wrong=1` },
              { label: w("q_first"), value: q.first_pass.defined ? f.percent(q.first_pass.value) : "—", unit: q.first_pass.defined ? "%" : "", base: `${f.count(q.first_pass.count)} / ${f.count(q.first_pass.of)}`, to: `${here}/tasks?twice=1&state=settled` },
              { label: w("q_returned"), value: f.percent(q.returned.value), unit: "%", base: `${f.count(q.returned.count)} / ${f.count(q.returned.of)} ${w("fact_rows")}`, to: `${here}/tasks?sent_back=1` },
              { label: w("q_speed"), value: q.per_hour ? f.count(q.per_hour) : "—", base: w("q_speed_base"), grouped: true, to: `${here}/tasks` },
            ]}
          />
        )
      }
      flush
    >
      {settle.error && <FaultBand fault={asFault(settle.error)} retry={() => settle.mutate()} />}
      {settle.data && <p className={css["done"]} role="status">{w("settled", { settled: f.count(settle.data.settled_count), disputed: f.count(settle.data.disputed_count), waiting: f.count(settle.data.waiting_count) })}</p>}
      <Faces of={quality} shape="figures">
        {(data) =>
          data.people?.length === 0 ? (
            <Empty text={w("no_quality")} act={<Button type="primary" onClick={() => void go(here)}>{w("to_desk")}</Button>} />
          ) : (
            <div className={css["grid"]} data-scroll>
              <section className={css["cell"]}>
                <h2>
                  {w("q_classes")} <span>{w("q_classes_note")}</span>
                </h2>
                {tooFew ? <p className={css["few"]}>{w("q_few", { count: f.count(a.texts), least })}</p> : <Faces of={agreement}>{(all) => <ClassAgreement agreement={all} quality={data} nameOf={nameOf} here={here} />}</Faces>}
              </section>
              <section className={css["cell"]}>
                {guideline.data && <Disputes product={product} queue={id} saved={guideline.data} nameOf={nameOf} sampling={sampling} endSampling={() => setSampling(undefined)} mayReview={mayReview} />}
              </section>
              <section className={css["cell"]}>
                <h2>
                  {w("q_people")} <span>{w("q_people_note")}</span> {sim}
                </h2>
                <PeopleQuality quality={data} here={here} />
              </section>
              <section className={css["cell"]}>
                <h2>
                  {w("q_days")} <span>{w("q_days_note")}</span> {sim}
                </h2>
                <DayChart quality={data} here={here} />
              </section>
            </div>
          )
        }
      </Faces>
    </Page>
  );
}
