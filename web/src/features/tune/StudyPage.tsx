import { useMutation, useQueryClient } from "@tanstack/react-query";
import { useEffect, useMemo, useState } from "react";
import { Link, useParams, useSearchParams } from "react-router";
import { api, ask } from "../../shared/api/client";
import { asFault } from "../../shared/api/fault";
import { jobsKey } from "../../shared/api/events";
import { jobIsOver, useJob } from "../../shared/api/useJob";
import { useMay } from "../../shared/api/useMe";
import { useProduct } from "../../shared/api/useProduct";
import { useFormat } from "../../shared/format/useFormat";
import { ActionButton } from "../../shared/keys/ActionButton";
import { useActions } from "../../shared/keys/useActions";
import { Bones } from "../../shared/page/Bones";
import { Chip } from "../../shared/page/Chip";
import { FaultBand } from "../../shared/page/FaultBand";
import { ReadFault } from "../../shared/page/ReadFault";
import { JobLine } from "../../shared/page/JobLine";
import { Page } from "../../shared/page/Page";
import { Section } from "../../shared/page/Section";
import type { Column } from "../../shared/table/columns";
import { DataTable } from "../../shared/table/DataTable";
import { useFilters } from "../../shared/table/useFilters";
import { useLang } from "../../shared/words/useLang";
import { useWords } from "../../shared/words/useWords";
import { recipeOf, useStudy, type Trial } from "./api";
import { BestSoFar } from "./BestSoFar";
import { Dial } from "./Dial";
import { Front } from "./Front";
import { isOutside, isScored, measured, written } from "./progress";
import { Seen } from "./Seen";
import { toneOf } from "./tone";
import { Trained } from "./Trained";
import css from "./tune.module.css";

/** moreTrials is how many a study that has ended goes on for at a press. */
const moreTrials = 20;

/** rank puts measured trials first, then those that a race left early; equals go by score, which for trials measured outside may be any number. */
const rank = (t: Trial) => (t.state === "done" ? 2 : isScored(t) ? 1 : 0);

/** StudyPage is one search: what its dials did, every trial as a line, the best so far; P trains with a trial's settings. */
export function StudyPage() {
  const w = useWords("tune");
  const f = useFormat();
  const lang = useLang();
  const product = useProduct();
  const client = useQueryClient();
  const may = useMay("trainer");
  const { study: id = "" } = useParams();
  const { filters, set } = useFilters(["trial"] as const);
  const shown = useStudy(product, id);
  const { job, cancel } = useJob(shown.data?.study.job_id || undefined);
  const running = !!job && !jobIsOver(job);
  const done = job?.done;
  useEffect(() => {
    void client.invalidateQueries({ queryKey: ["tune", product, "one", id] });
  }, [done, client, product, id]);
  const [kept, setKept] = useState<number[]>();
  const study = shown.data?.study;
  const front = shown.data?.front ?? [];
  const rest = shown.data?.rest;
  const beats = shown.data?.beats;
  const trials = useMemo(() => shown.data?.trials ?? [], [shown.data]);
  const chosen = trials.find((t) => String(t.number) === filters.trial) ?? trials.find((t) => t.number === study?.best_number);
  const train = useMutation({
    mutationFn: (t: Trial) => ask(api.POST("/api/v1/products/{product}/models", { params: { path: { product } }, body: { params: t.values, seed: study?.seed ?? 1, ...(study ? { learner: study.component } : {}) } })),
  });
  const recipe = recipeOf(study?.component);
  const keep = useMutation({
    mutationFn: (t: Trial) => ask(api.POST("/api/v1/products/{product}/studies/{study}/trials/{number}/application", { params: { path: { product, study: id, number: t.number } } })),
  });
  const outside = isOutside(study);
  const figure = !study ? "" : outside ? study.objective : w(`figure_${study.objective}`);
  const said = (score: number) => (outside && study ? written(measured(study, score)) : f.score(score, 3));
  const pausing = useMutation({
    mutationFn: () => ask(api.POST("/api/v1/products/{product}/studies/{study}/pauses", { params: { path: { product, study: id } } })),
    onSuccess: () => client.invalidateQueries({ queryKey: ["tune", product] }),
  });
  const resuming = useMutation({
    mutationFn: () => ask(api.POST("/api/v1/products/{product}/studies/{study}/resumptions", { params: { path: { product, study: id } }, body: {} })),
    onSuccess: () => client.invalidateQueries({ queryKey: ["tune", product] }),
  });
  const pause = { id: "tune.pause", words: w("pause"), when: () => may && outside && study?.state === "running", run: () => pausing.mutate() };
  const resume = { id: "tune.resume", words: w("resume"), when: () => may && study?.state === "paused" && !resuming.isPending, run: () => resuming.mutate() };
  const used = recipe === undefined ? train : keep;
  const use = { id: "tune.use", words: w(recipe === undefined ? (chosen ? "use" : "use_none") : chosen ? "use_recipe" : "use_recipe_none", { number: chosen?.number ?? 0 }), key: "P", when: () => may && !outside && chosen?.state === "done" && !used.isPending, run: () => chosen && used.mutate(chosen) };
  const stop = { id: "tune.stop", words: w("stop"), when: () => running, run: () => void cancel() };
  const go = useMutation({
    mutationFn: () => ask(api.POST("/api/v1/products/{product}/studies/{study}/continuations", { params: { path: { product, study: id } }, body: { trials: moreTrials } })),
    onSuccess: () => Promise.all([client.invalidateQueries({ queryKey: jobsKey }), client.invalidateQueries({ queryKey: ["tune", product] })]),
  });
  const more = { id: "tune.more", words: w("more", { count: moreTrials }), when: () => may && !!study && !outside && study.state !== "running" && !go.isPending, run: () => go.mutate() };
  useActions([use, stop, more, pause, resume]);
  const rows = useMemo(() => [...trials].filter((t) => !kept || kept.includes(t.number)).sort((a, b) => rank(b) - rank(a) || b.score - a.score || a.number - b.number), [trials, kept]);
  const space = shown.data?.space ?? [];
  const folds = study?.race?.folds ?? 0;
  const raced = (t: Trial) => (t.state === "failed" || !t.fold_count ? "" : w(t.state === "stopped" || t.state === "aside" ? `raced_${t.state}` : "raced_done", { folds: t.fold_count, all: folds, rival: t.rival ?? 0, sure: f.score(1 - (t.worse_p ?? 0), 3) }));
  const columns: Column<Trial>[] = [
    { key: "number", title: w("col_trial"), cell: (t) => <b>#{t.number}</b>, plain: (t) => t.number, width: 70 },
    { key: "score", title: figure || w("col_best_score"), cell: (t) => (t.state === "done" || t.state === "over" ? said(t.score) : isScored(t) ? <span title={w("estimate", { error: f.score(t.error ?? 0, 3) })}>≈ {said(t.score)}</span> : "—"), plain: (t) => (study ? measured(study, t.score) : t.score), width: 84, align: "right" },
    { key: "seconds", title: w("col_seconds"), cell: (t) => f.duration(t.seconds), plain: (t) => t.seconds, width: 80, align: "right" },
    { key: "state", title: w("col_state"), cell: (t) => <Chip tone={toneOf(t.state)}>{t.number === study?.best_number ? w("best") : t.number === 0 && !outside ? w("defaults") : w(`state_${t.state}`)}</Chip>, plain: (t) => w(`state_${t.state}`), width: 90 },
    ...(folds ? [{ key: "race", title: w("col_race"), cell: raced, plain: raced, width: 260 }] : []),
    ...(front.length
      ? [
          { key: "size", title: w("size_mb"), cell: (t: Trial) => (t.figures?.["size_bytes"] === undefined ? "" : (t.figures["size_bytes"] / 1e6).toFixed(2)), plain: (t: Trial) => t.figures?.["size_bytes"] ?? "", width: 120, align: "right" as const },
          { key: "row_us", title: w("row_us"), cell: (t: Trial) => t.figures?.["row_us"]?.toFixed(1) ?? "", plain: (t: Trial) => t.figures?.["row_us"] ?? "", width: 90, align: "right" as const },
        ]
      : []),
    { key: "params", title: w("params"), cell: (t) => t.problem || space.map((p) => written(t.values[p.name])).join(" · "), plain: (t) => t.problem || space.map((p) => `${p.name}=${written(t.values[p.name])}`).join(" ") },
  ];
  const [address] = useSearchParams();
  const bestAt = (number: number) => `?${new URLSearchParams([...[...address].filter(([name]) => name !== "trial"), ["trial", String(number)]])}`;
  const importance = new Map((shown.data?.importance ?? []).map((i) => [i.param, i]));
  return (
    <Page
      title={w("title")}
      name={study && [`s${study.number}`, study.name].filter(Boolean).join(" ")}
      facts={
        study && (
          <>
            <b>{f.count(study.done_count)}</b>
            {study.trials > 0 && <> / <span data-measure>{f.count(study.trials)}</span></>} {w("trials_done")}
            {folds > 0 && <> · <b data-measure>{f.count(study.fit_count ?? 0)}</b> <span data-measure>{w("raced_fits", { all: f.count(folds * Math.max(study.trials, study.done_count)) })}</span></>}
            {study.best_number >= 0 && (
              <>
                {" · "}{w("best")} <Link to={bestAt(study.best_number)}><b>{said(study.best_score)}</b> #{study.best_number}</Link>
                {!outside && <> · {w("over_defaults")} <b data-measure>{study.best_score >= study.default_score ? "+" : "−"}{f.score(Math.abs(study.best_score - study.default_score), 3)}</b></>}
                {beats && <> · {w(beats.sure ? "beats_sure" : "beats_unsure", { fixed: f.count(beats.fixed), broken: f.count(beats.broken), p: f.score(beats.p, 2) })}</>}
              </>
            )}
            {outside && <> · {w("outside")}</>}
            {study.state === "paused" && <> · <Chip tone="plain">{w("state_paused")}</Chip></>}
          </>
        )
      }
      acts={
        <>
          {running && <ActionButton action={stop} />}
          {!running && study && study.state !== "running" && !outside && <ActionButton action={more} loading={go.isPending} />}
          {pause.when() && <ActionButton action={pause} loading={pausing.isPending} />}
          {resume.when() && <ActionButton action={resume} loading={resuming.isPending} />}
          {!outside && <ActionButton type="primary" action={use} loading={used.isPending} />}
        </>
      }
      flush
    >
      {go.error && <FaultBand fault={asFault(go.error)} retry={() => go.mutate()} />}
      {used.error && <FaultBand fault={asFault(used.error)} retry={() => chosen && used.mutate(chosen)} />}
      {pausing.error && <FaultBand fault={asFault(pausing.error)} retry={() => pausing.mutate()} />}
      {resuming.error && <FaultBand fault={asFault(resuming.error)} retry={() => resuming.mutate()} />}
      <ReadFault of={shown} />
      <Trained id={train.data?.job_id} />
      {keep.data && (
        <div className={css["job"]} role="status">
          {w("kept_recipe")} <Link to={`/${product}/clean/${encodeURIComponent(keep.data.name)}`}>{w("see_recipe", { name: keep.data.name })}</Link>
        </div>
      )}
      {job && (running || job.state === "failed") && <div className={css["job"]}><JobLine job={job} /></div>}
      {!shown.data ? (
        !shown.error && <Bones shape="chart" />
      ) : (
        <div className={css["study"]}>
          <div className={css["dials"]}>
            <Section title={w("params")} note={importance.size ? w("params_note") : w("params_note_few")}>
              {[...space].sort((a, b) => (importance.get(b.name)?.share ?? 0) - (importance.get(a.name)?.share ?? 0)).map((p) => (
                <Dial key={p.name} dial={p} value={chosen?.values[p.name]} trials={trials} title={lang === "zh" ? p.title.zh : p.title.en} {...(importance.has(p.name) ? { importance: importance.get(p.name)! } : {})} />
              ))}
            </Section>
          </div>
          <div className={css["wide"]}>
            <div className={css["lines"]}>
              <Seen study={study!} space={space} trials={trials} importance={importance} figure={figure} chosen={chosen?.number} onTrial={(n) => set({ trial: String(n) })} onKeep={setKept} />
            </div>
            {front.length > 1 && (
              <div className={css["lines"]}>
                <Section title={w("front")} note={w("front_note")}>
                  <Front trials={trials} front={front} objective={study!.objective} onTrial={(n) => set({ trial: String(n) })} />
                </Section>
              </div>
            )}
            <div className={css["below"]}>
              <div className={css["so"]}>
                <Section title={w("so_far")} note={outside ? w("so_far_note_outside", { figure }) : w("so_far_note", { figure })}>
                  <BestSoFar study={study!} trials={trials} onTrial={(n) => set({ trial: String(n) })} />
                  {!!study?.begin?.length && <p className={css["caption"]} data-measure>{w("begun", { count: f.count(study.begin.length) })}</p>}
                  {shown.data.all_tried ? <p className={css["caption"]}>{w("all_tried")}</p> : rest && <p className={css["caption"]} data-measure>{w(rest.over ? "rest_over" : "rest_gain", { gain: rest.gain.toPrecision(2) })}</p>}
                </Section>
              </div>
              <div className={css["trials"]}>
                <DataTable id="tune.trials" label={w("trials")} columns={columns} rows={rows} rowKey={(t) => String(t.number)} total={rows.length} current={chosen ? String(chosen.number) : undefined} open={(t) => set({ trial: String(t.number) })} exportName={`s${study!.number}`} />
              </div>
            </div>
          </div>
        </div>
      )}
    </Page>
  );
}
