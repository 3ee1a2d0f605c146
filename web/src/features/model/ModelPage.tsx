import { Link, useNavigate, useParams } from "react-router";
import { asFault } from "../../shared/api/fault";
import { href } from "../../shared/api/href";
import { useMay } from "../../shared/api/useMe";
import { useProduct } from "../../shared/api/useProduct";
import { useFormat } from "../../shared/format/useFormat";
import { ActionButton } from "../../shared/keys/ActionButton";
import { useActions } from "../../shared/keys/useActions";
import { Faces } from "../../shared/page/Faces";
import { FaultBand } from "../../shared/page/FaultBand";
import { Lineage } from "../../shared/lineage/Lineage";
import { ReadFault } from "../../shared/page/ReadFault";
import { Figures } from "../../shared/page/Figures";
import { JobLine } from "../../shared/page/JobLine";
import { Page } from "../../shared/page/Page";
import { useWords } from "../../shared/words/useWords";
import { nameOf, useCross, useMeasurement, useModel, useModels, type Measurement } from "./api";
import { Confusion } from "./Confusion";
import { Curve } from "./Curve";
import { TrySentence } from "./TrySentence";
import { useTrain } from "./useTrain";
import { Weakest } from "./Weakest";
import css from "./model.module.css";

/** ModelPage is one model: how good, where it errs, why it says what it says. */
export function ModelPage() {
  const w = useWords("model");
  const f = useFormat();
  const go = useNavigate();
  const product = useProduct();
  const { model = "" } = useParams();
  const may = useMay("trainer");
  const made = useModel(product, model);
  const models = useModels(product);
  const before = models.data?.items?.find((m) => made.data && m.number < made.data.number);
  const measured = useMeasurement(product, made.data ? model : "", before ? nameOf(before) : "");
  const crossed = useCross(product, made.data ? model : "");
  const cross = crossed.data?.cross;
  const exactOfAll = cross?.figures["exact"];
  const { start, job, busy } = useTrain();
  const here = `/${product}/model/${model}`;
  const train = { id: "model.train", words: w("retrain"), key: "R", when: () => may && !busy, run: () => start.mutate({ params: made.data?.params ?? {}, seed: made.data?.seed ?? 1 }) };
  const compare = { id: "model.compare", words: w("compare"), key: "C", when: () => (models.data?.items?.length ?? 0) > 1, run: () => void go(`${here}/compare`) };
  const bands = { id: "model.thresholds", words: w("thresholds"), key: "B", run: () => void go(`${here}/thresholds`) };
  const judge = { id: "model.evaluate", words: w("to_evaluate"), key: "E", when: () => may, run: () => void go(`/${product}/evaluate?judge=${model}`) };
  useActions([train, compare, bands, judge]);
  const figure = (m: Measurement, name: string) => m.measured.figures[name];
  const beside = (m: Measurement, name: string, show: (v: number) => string) => (m.with && before ? ` · ${nameOf(before)} ${show(m.with.figures[name]?.value ?? 0)}` : "");
  const score = (v: number) => f.score(v, 3);
  return (
    <Page
      title={w("title")}
      name={made.data && nameOf(made.data)}
      facts={
        made.data && (
          <>
            <Link to={`${here}/rows?part=learnt`} data-grouped /* the gold may have grown since */><b>{f.count(made.data.example_count)}</b></Link> {w("rows")} · <Link to={`/${product}/label/guideline`}><b>{f.count(made.data.label_count)}</b></Link> {w("labels")} · {w("seed")} <b data-measure>{made.data.seed}</b> · <b data-measure>{f.duration(made.data.seconds)}</b> · {made.data.learner} · <a href={href("/api/v1/products/{product}/models/{model}/card", { product, model: made.data.id })} download>{w("card")}</a>
            {made.data.simulated && ` · ${w("simulated")}`}
          </>
        )
      }
      acts={
        <>
          <ActionButton action={bands} />
          <ActionButton action={compare} />
          <ActionButton action={train} loading={start.isPending} />
          <ActionButton type="primary" action={judge} />
        </>
      }
      bar={
        measured.data && (
          <Figures
            of={[
              { label: w("exact"), value: f.percent(figure(measured.data, "exact")!.value), unit: "%", to: `${here}/rows`, base: `${f.interval(figure(measured.data, "exact")!.low, figure(measured.data, "exact")!.high)} · ${w("rows_count", { count: measured.data.measured.rows })}` },
              ...(cross && exactOfAll ? [{ label: w("cross", { folds: cross.folds }), value: f.percent(exactOfAll.value), unit: "%", to: `/${product}/label/gold`, grouped: true, base: `${f.interval(exactOfAll.low, exactOfAll.high)} · ${w("rows_count", { count: cross.rows })}` }] : []),
              { label: w("micro_f1"), value: score(figure(measured.data, "micro_f1")!.value), to: `${here}/rows`, base: `[${score(figure(measured.data, "micro_f1")!.low)}, ${score(figure(measured.data, "micro_f1")!.high)}]${beside(measured.data, "micro_f1", score)}` },
              { label: w("macro_f1"), value: score(figure(measured.data, "macro_f1")!.value), to: `${here}/rows?by=label`, base: beside(measured.data, "macro_f1", score).replace(" · ", "") },
              { label: w("ece"), value: score(figure(measured.data, "ece")!.value), to: `${here}/thresholds`, base: beside(measured.data, "ece", score).replace(" · ", "") },
              { label: w("wrong_rows"), value: f.count(Math.round((1 - figure(measured.data, "exact")!.value) * measured.data.measured.rows)), to: `${here}/rows?right=no`, base: before && measured.data.with ? `${nameOf(before)} ${f.count(Math.round((1 - (measured.data.with.figures["exact"]?.value ?? 0)) * measured.data.with.rows))}` : undefined },
            ]}
          />
        )
      }
      flush
    >
      {start.error && <FaultBand fault={asFault(start.error)} retry={train.run} />}
      {job && <div className={css["job"]}><JobLine job={job} /></div>}
      <ReadFault of={made} />
      <ReadFault of={crossed} />
      <div className={css["split"]}>
        <div className={css["left"]}>
          <Curve product={product} model={model} />
          <TrySentence product={product} model={model} held={made.data?.metrics ?? {}} />
          {measured.data && <Weakest measured={measured.data.measured} to={`${here}/rows`} />}
          <Lineage product={product} kind="model" id={model} />
        </div>
        <div className={css["right"]}>
          <Faces of={measured} shape="chart">{(m) => <Confusion measured={m.measured} model={model} to={`${here}/rows`} />}</Faces>
        </div>
      </div>
    </Page>
  );
}
