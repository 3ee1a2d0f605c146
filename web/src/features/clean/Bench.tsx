import { useMutation, useQueryClient } from "@tanstack/react-query";
import { Button, Select } from "antd";
import { useEffect, useMemo, useRef, useState } from "react";
import { Link, useSearchParams } from "react-router";
import { api, ask } from "../../shared/api/client";
import { asFault, Fault } from "../../shared/api/fault";
import { useJob } from "../../shared/api/useJob";
import { useMay } from "../../shared/api/useMe";
import { useProduct } from "../../shared/api/useProduct";
import { useVersions } from "../../shared/api/useVersions";
import { useFormat } from "../../shared/format/useFormat";
import { ActionButton } from "../../shared/keys/ActionButton";
import { useActions } from "../../shared/keys/useActions";
import { Bones } from "../../shared/page/Bones";
import { Empty } from "../../shared/page/Empty";
import { FaultBand } from "../../shared/page/FaultBand";
import { ReadFault } from "../../shared/page/ReadFault";
import { JobLine } from "../../shared/page/JobLine";
import { Page } from "../../shared/page/Page";
import { did } from "../../shared/undo/undo";
import { useLang } from "../../shared/words/useLang";
import { useWords } from "../../shared/words/useWords";
import { AddStep } from "./AddStep";
import { useOperators, useRuns, useSuggestions, type Saved } from "./api";
import { ChangedRows } from "./ChangedRows";
import { Conflict } from "./Conflict";
import { Quarantine } from "./Quarantine";
import { addStep, moveStep, placeOf, readRecipe, removeStep, setOff, setParam } from "./recipeText";
import { SourceDrawer } from "./SourceDrawer";
import { StepsPane } from "./StepsPane";
import { useDraft } from "./useDraft";
import { usePreview } from "./usePreview";
import css from "./clean.module.css";

/** Bench is where a recipe is worked on: its steps left, what they do to a sample in the middle, what a run set aside right. */
export function Bench({ saved }: { saved: Saved }) {
  const w = useWords("clean");
  const f = useFormat();
  const lang = useLang();
  const product = useProduct();
  const may = useMay("trainer");
  const client = useQueryClient();
  const [params, setParams] = useSearchParams();
  const versions = useVersions(product);
  const runs = useRuns(product);
  // Without a version in the address: the one that the recipe cleaned last, else the newest.
  const usual = runs.data?.items.find((r) => r.recipe_id === saved.id)?.version_id;
  const version = runs.isPending ? undefined : (versions.data?.find((v) => v.id === (params.get("version") ?? usual)) ?? versions.data?.[0]);
  const draft = useDraft(product, saved);
  const recipe = useMemo(() => readRecipe(draft.source), [draft.source]);
  const operators = useOperators();
  const [chosen, setChosen] = useState(0);
  const preview = usePreview(product, saved.id, may ? version?.id : undefined, draft.source, chosen);
  const suggestions = useSuggestions(product, may ? version?.id : undefined);
  const [adding, setAdding] = useState(false);
  const [text, setText] = useState(false);
  const [jobID, setJobID] = useState<string>();
  const { job } = useJob(jobID);
  const spec = (use: string | undefined) => operators.data?.items.find((s) => s.name === use);
  const title = (use: string | undefined) => { const s = spec(use); return s ? s.title[lang === "zh" ? "zh" : "en"] : use ?? ""; };
  const order = useMemo(() => readRecipe(suggestions.data?.source ?? "").steps.flatMap((s) => (s.use ? [s.use] : [])), [suggestions.data]);
  const proposed = (suggestions.data?.items ?? []).filter((s) => !recipe.steps.some((x) => x.use === s.operator));
  const nameOf = (i: number) => title(recipe.steps[i]?.use) || w("included", { name: recipe.steps[i]?.recipe ?? "" });
  const can = may && !recipe.problem;
  const put = (use: string, at: number) => {
    draft.change(w("did_add", { name: title(use) }), addStep(draft.source, at, use));
    setChosen(at);
  };
  const move = (by: number) => {
    const to = chosen + by;
    if (to < 0 || to >= recipe.steps.length) return;
    draft.change(w("did_move", { name: nameOf(chosen) }), moveStep(draft.source, chosen, to));
    setChosen(to);
  };
  const toggle = (i: number) => {
    const off = !recipe.steps[i]?.off;
    draft.change(w(off ? "did_off" : "did_on", { name: nameOf(i) }), setOff(draft.source, i, off));
  };
  const drop = (i: number) => {
    draft.change(w("did_remove", { name: nameOf(i) }), removeStep(draft.source, i));
    setChosen(Math.max(0, Math.min(chosen, recipe.steps.length - 2)));
  };
  // Where a step belongs: by the suggestions of these rows, else by the order in which operators are listed.
  const take = (use: string) => put(use, placeOf(recipe.steps, use, order.includes(use) ? order : (operators.data?.items ?? []).map((s) => s.name)));
  // A finding of the data page that is to become a step: taken once, or shown where it is already.
  const wanted = params.get("take");
  const ready = can && !!operators.data && (suggestions.isFetched || !version);
  useEffect(() => {
    if (!wanted || !ready) return;
    setParams((old) => {
      const next = new URLSearchParams(old);
      next.delete("take");
      return next;
    }, { replace: true });
    const there = recipe.steps.findIndex((s) => s.use === wanted);
    if (there >= 0) setChosen(there);
    else if (spec(wanted)) take(wanted);
  }, [wanted, ready]); // eslint-disable-line react-hooks/exhaustive-deps -- once for a finding
  const start = useMutation({
    mutationFn: async () => {
      await draft.flush();
      return ask(api.POST("/api/v1/products/{product}/recipes/{recipe}/runs", { params: { path: { product, recipe: saved.id } }, body: { version: version!.id } }));
    },
    onSuccess: (made) => setJobID(made.job_id),
  });
  const running = start.isPending || job?.state === "queued" || job?.state === "running";
  const run = { id: "clean.run", words: w("run"), key: "A", when: () => can && !!version && !running && recipe.steps.length > 0, run: () => start.mutate() };
  const add = { id: "clean.add", words: w("add"), key: "N", when: () => can, run: () => setAdding(true) };
  useActions([
    run,
    add,
    { id: "clean.take", words: w("take"), key: "V", when: () => can && proposed.length > 0, run: () => take(proposed[0]!.operator) },
    { id: "clean.toggle", words: w("toggle"), key: "Space", when: () => can && !!recipe.steps[chosen], run: () => toggle(chosen) },
    { id: "clean.up", words: w("move_up"), key: "Alt ArrowUp", when: () => can, run: () => move(-1) },
    { id: "clean.down", words: w("move_down"), key: "Alt ArrowDown", when: () => can, run: () => move(1) },
    { id: "clean.step_up", words: w("step_up"), key: "ArrowUp", run: () => setChosen(Math.max(0, chosen - 1)), hidden: true, repeat: true },
    { id: "clean.step_down", words: w("step_down"), key: "ArrowDown", run: () => setChosen(Math.min(recipe.steps.length - 1, chosen + 1)), hidden: true, repeat: true },
    { id: "clean.remove", words: w("remove_step"), key: "Delete", when: () => can && !!recipe.steps[chosen], run: () => drop(chosen) },
  ]);
  const last = runs.data?.items.find((r) => r.recipe_id === saved.id && r.version_id === version?.id && r.state === "done");
  // A run makes a version; taking it back makes the newest version hold the rows of before again.
  const told = useRef("");
  useEffect(() => {
    if (!last?.result_version || job?.state !== "done" || last.job !== job.id || told.current === job.id) return;
    told.current = job.id;
    const back = async (to: string) => {
      await ask(api.POST("/api/v1/products/{product}/datasets/{dataset}/versions/{version}/restorations", { params: { path: { product, dataset: last.dataset_id, version: to } } }));
      await client.invalidateQueries({ queryKey: ["data", product] });
    };
    did({ words: w("did_run", { out: f.count(last.rows_out), aside: f.count(last.set_aside) }), undo: () => back(last.version_id), redo: () => back(last.result_version!) });
  }, [last, job, client, product, w, f]);
  const door = (id: string) => `/${product}/data/${version?.dataset}?version=${id}`;
  const p = preview.data;
  const fault = draft.fault && !draft.conflict ? draft.fault : undefined;
  const stepFault = p?.steps.get(chosen)?.find((s) => s.fault)?.fault;
  const say = (t: { zh: string; en: string }) => t[lang === "zh" ? "zh" : "en"];
  return (
    <Page
      title={w("title")}
      name={recipe.name || saved.name}
      facts={
        <>
          r{draft.revision} {draft.keeping || draft.dirty ? w("keeping") : w("kept")}
          {last && (
            <>
              {" · "}<Link to={door(last.version_id)}><b>{f.count(last.rows_in)}</b></Link> {w("rows")}{last.rows_added > 0 && ` + ${w("split_rows", { count: f.count(last.rows_added) })}`} → {w("kept_rows")}{" "}
              {last.result_version ? <Link to={door(last.result_version)}><b>{f.count(last.rows_out)}</b></Link> : <b>{f.count(last.rows_out)}</b>} + {w("aside_rows")}{" "}
              <Link to={`/${product}/clean/${saved.id}/aside?run=${last.id}`}><b>{f.count(last.set_aside)}</b></Link>
            </>
          )}
          {p && <> · {w("sampled", { rows: f.count(p.rows), seed: "7" })} <b data-measure>{Math.round(p.ms)} ms</b></>}
        </>
      }
      acts={
        <>
          <Select aria-label={w("version")} variant="borderless" value={version?.id ?? null} loading={versions.isPending} popupMatchSelectWidth={false} onChange={(id: string) => setParams({ version: id }, { replace: true })} options={(versions.data ?? []).map((v) => ({ value: v.id, label: v.words }))} />
          <Button onClick={() => setText(true)}>YAML</Button>
          {may && <ActionButton type="primary" action={run} loading={start.isPending} />}
        </>
      }
      pane={<Quarantine product={product} run={last} preview={p} may={may} />}
      flush
    >
      {draft.conflict && <Conflict draft={draft} />}
      {fault && <FaultBand fault={fault} retry={draft.retry} />}
      {start.error && <FaultBand fault={asFault(start.error)} retry={() => start.mutate()} />}
      <ReadFault of={versions} />
      {job && <div className={css["jobLine"]}><JobLine job={job} />{job.state === "done" && last?.result_version && <p className={css["note"]}><Link to={door(last.result_version)}>{w("see_result")}</Link> · {w("before_stays")}</p>}</div>}
      <div className={css["split"]}>
        <StepsPane
          recipe={recipe}
          titleOf={nameOf}
          specOf={(i) => spec(recipe.steps[i]?.use)}
          preview={p}
          chosen={chosen}
          choose={setChosen}
          toggle={toggle}
          drop={drop}
          move={(from, to) => (draft.change(w("did_move", { name: nameOf(from) }), moveStep(draft.source, from, to)), setChosen(to))}
          setParam={(i, name, value) => draft.change(w("did_set", { name: nameOf(i) }), setParam(draft.source, i, name, value))}
          columns={version?.columns ?? []}
          may={can}
          add={add}
          proposed={proposed}
          take={take}
        />
        <div className={css["middle"]}>
          {versions.data?.length === 0 && <Empty text={w("empty_data")} act={<Link to={`/${product}/data`}><Button type="primary">{w("to_data")}</Button></Link>} />}
          <ReadFault of={preview} />
          {stepFault && <FaultBand fault={new Fault(422, stepFault.code, w("step_faulty", { n: String(chosen + 1) }), say(stepFault.message), say(stepFault.fix), "", "")} />}
          {!p && preview.isFetching && <Bones shape="rows" />}
          {p && <ChangedRows preview={p} chosen={chosen} title={recipe.steps[chosen] ? nameOf(chosen) : w("all_steps")} masks={(p.all ?? []).filter((s) => spec(s.operator)?.family === "privacy").map((s) => s.recipe_step)} />}
        </div>
      </div>
      {adding && <AddStep operators={operators.data?.items ?? []} close={() => setAdding(false)} add={(use) => (setAdding(false), put(use, recipe.steps.length ? Math.min(chosen + 1, recipe.steps.length) : 0))} />}
      {text && <SourceDrawer source={draft.source} problem={recipe.problem || fault?.detail || ""} may={may} close={() => setText(false)} change={(next) => draft.change(w("did_text"), next)} />}
    </Page>
  );
}
