import { useMemo } from "react";
import { Link, useNavigate, useParams } from "react-router";
import { useProduct } from "../../../shared/api/useProduct";
import { useFormat } from "../../../shared/format/useFormat";
import { ActionButton } from "../../../shared/keys/ActionButton";
import { useActions } from "../../../shared/keys/useActions";
import { Lineage } from "../../../shared/lineage/Lineage";
import { Faces } from "../../../shared/page/Faces";
import { Page } from "../../../shared/page/Page";
import { Section } from "../../../shared/page/Section";
import { useWords } from "../../../shared/words/useWords";
import css from "../tune.module.css";
import { useRun } from "./api";
import { Files } from "./Files";
import { HowDrawn } from "./HowDrawn";
import { MetricChart } from "./MetricChart";
import { figureText } from "./number";
import { Pairs } from "./Pairs";
import { RunTraces } from "./RunTraces";
import { StageChip } from "./StageChip";
import { StateChip } from "./StateChip";
import { useDrawn } from "./useDrawn";

/** RunPage is one logged run: its metrics as curves, params, tags, what it read, its files, and what came of it. */
export function RunPage() {
  const w = useWords("tune");
  const f = useFormat();
  const go = useNavigate();
  const product = useProduct();
  const { run: id = "" } = useParams();
  const { drawn } = useDrawn();
  const shown = useRun(product, id);
  const run = shown.data;
  const runs = useMemo(() => (run ? [{ id, name: run.name, running: run.state === "running" }] : []), [id, run?.name, run?.state]); // eslint-disable-line react-hooks/exhaustive-deps
  const children = run?.children ?? [];
  const compare = { id: "tune.run.children", words: w("compare_children"), key: "C", when: () => children.length > 1, run: () => void go(`/${product}/tune/runs/compare?runs=${children.slice(0, 20).map((c) => c.id).join(",")}`) };
  useActions([compare]);
  const tags = (run?.tags ?? []).filter((t) => !t.key.startsWith("mlflow."));
  const note = run?.tags.find((t) => t.key === "mlflow.note.content")?.value;
  return (
    <Page
      title={w("title")}
      name={run?.name}
      facts={
        run && (
          <>
            <StateChip state={run.state} /> <Link to={`/${product}/tune/runs?experiment=${run.experiment_id}`}>{run.experiment_name}</Link> · {f.time(run.started_us)}
            {run.ended_us > 0 && <> · <b data-measure>{f.duration((run.ended_us - run.started_us) / 1e6)}</b></>}
            {run.user_name && ` · ${run.user_name}`}
            {run.parent && <> · <Link to={`/${product}/tune/runs/${run.parent}`}>{w("parent_run")}</Link></>}
          </>
        )
      }
      acts={children.length > 1 && <ActionButton action={compare} />}
      flush
    >
      <Faces of={shown} shape="chart">
        {(r) => (
          <div className={css["run"]}>
            <div className={css["curves"]}>
              {note && <p className={css["noteText"]}>{note}</p>}
              <Section title={w("metrics")} acts={r.metrics.length > 0 && <HowDrawn />}>
                {r.metrics.length === 0 && <p className={css["caption"]}>{w("metrics_none")}</p>}
                <div className={css["grid"]}>
                  {r.metrics.map((m) => (
                    <figure key={m.key} className={css["metric"]}>
                      <figcaption><span>{m.key}</span> <b data-measure>{figureText(m)}</b> <small>{w("at_step")} <span data-measure>{m.step}</span></small></figcaption>
                      <MetricChart product={product} runs={runs} metric={m.key} drawn={drawn} />
                    </figure>
                  ))}
                </div>
              </Section>
            </div>
            <div className={css["side"]}>
              <Section title={w("params")}>{r.params.length ? <Pairs of={r.params} label={w("params")} /> : <p className={css["caption"]}>{w("params_none")}</p>}</Section>
              {tags.length > 0 && <Section title={w("tags")}><Pairs of={tags} label={w("tags")} /></Section>}
              {r.inputs.length > 0 && <Section title={w("inputs")}><Pairs of={r.inputs.map((i, n) => ({ key: i.name || `${n + 1}`, value: [i.context, i.digest].filter(Boolean).join(" · ") }))} label={w("inputs")} /></Section>}
              {r.versions.length > 0 && (
                <Section title={w("registered_as")}>
                  <ul className={css["plainList"]}>{r.versions.map((v) => <li key={`${v.model} ${v.version}`}><Link to={`/${product}/tune/registry/${encodeURIComponent(v.model)}`}>{v.model} v{v.version}</Link> <StageChip stage={v.stage} /></li>)}</ul>
                </Section>
              )}
              {children.length > 0 && (
                <Section title={w("children")}>
                  <ul className={css["plainList"]}>{children.map((c) => <li key={c.id}><Link to={`/${product}/tune/runs/${c.id}`}>{c.name}</Link> <StateChip state={c.state} /></li>)}</ul>
                </Section>
              )}
              <Lineage product={product} kind="logged_run" id={id} />
              <RunTraces product={product} run={id} />
              <Section title={w("files")}><Files product={product} experiment={r.experiment_id} run={id} /></Section>
            </div>
          </div>
        )}
      </Faces>
    </Page>
  );
}
