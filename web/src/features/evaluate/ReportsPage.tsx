import { useMutation, useQueryClient } from "@tanstack/react-query";
import { useEffect, useRef } from "react";
import { useNavigate } from "react-router";
import { api, ask } from "../../shared/api/client";
import { asFault } from "../../shared/api/fault";
import { jobsKey } from "../../shared/api/events";
import { jobIsOver, useJob } from "../../shared/api/useJob";
import { useMay } from "../../shared/api/useMe";
import { useProduct } from "../../shared/api/useProduct";
import { useFormat } from "../../shared/format/useFormat";
import { ActionButton } from "../../shared/keys/ActionButton";
import { useActions } from "../../shared/keys/useActions";
import { Chip } from "../../shared/page/Chip";
import { Empty } from "../../shared/page/Empty";
import { Faces } from "../../shared/page/Faces";
import { FaultBand } from "../../shared/page/FaultBand";
import { JobLine } from "../../shared/page/JobLine";
import { Page } from "../../shared/page/Page";
import type { Column } from "../../shared/table/columns";
import { DataTable } from "../../shared/table/DataTable";
import { useCursorList } from "../../shared/table/useCursorList";
import { useFilters } from "../../shared/table/useFilters";
import { useWords } from "../../shared/words/useWords";
import { useModelNames, type Head, type Share } from "./api";
import { EvaluateTabs } from "./EvaluateTabs";
import css from "./evaluate.module.css";

/** ReportsPage is the list of reports; R judges the newest model. With ?judge=m3 in the address it judges that one at once. */
export function ReportsPage() {
  const w = useWords("evaluate");
  const f = useFormat();
  const go = useNavigate();
  const product = useProduct();
  const client = useQueryClient();
  const may = useMay("trainer");
  const nameOf = useModelNames(product);
  const { filters, set } = useFilters(["judge"] as const);
  const list = useCursorList<Head>(["evaluate", product, "evaluations"], async (cursor, signal) => {
    const page = await ask(api.GET("/api/v1/products/{product}/evaluations", { signal, params: { path: { product }, query: { ...(cursor ? { cursor } : {}), limit: 200 } } }));
    return { ...page, items: page.items ?? [] };
  });
  const start = useMutation({
    mutationFn: async (model: string) => {
      // A report names its model by id; m3 becomes it here.
      const made = await ask(api.GET("/api/v1/products/{product}/models/{model}", { params: { path: { product, model } } }));
      return ask(api.POST("/api/v1/products/{product}/evaluations", { params: { path: { product } }, body: { model: made.id } }));
    },
    onSuccess: () => client.invalidateQueries({ queryKey: jobsKey }),
  });
  const asked = useRef("");
  const { mutate } = start;
  useEffect(() => {
    if (!filters.judge || !may || asked.current === filters.judge) return;
    asked.current = filters.judge;
    set({ judge: "" });
    mutate(filters.judge);
  }, [filters.judge, may, mutate, set]);
  const { job } = useJob(start.data?.job_id);
  useEffect(() => {
    const made = job?.result as { report_id?: string } | undefined;
    if (job?.state === "done" && made?.report_id) void go(`/${product}/evaluate/${made.report_id}`);
  }, [job, go, product]);
  const busy = start.isPending || (!!job && !jobIsOver(job));
  const judge = { id: "evaluate.run", words: w("run"), key: "R", when: () => may && !busy, run: () => mutate("latest") };
  useActions([judge]);
  const share = (s: Share | undefined) => (s ? `${f.count(s.passed)} / ${f.count(s.total)}` : "—");
  const columns: Column<Head>[] = [
    { key: "passed", title: w("col_passed"), cell: (r) => <Chip tone={r.passed ? "jade" : "cinnabar"}>{r.passed ? w("passed") : w("refused")} {r.gate.total ? `${r.gate.passed}/${r.gate.total}` : ""}</Chip>, plain: (r) => (r.passed ? w("passed") : w("refused")), width: 116 },
    { key: "model_id", title: w("col_model_id"), cell: (r) => <b>{nameOf(r.model_id)}</b>, plain: (r) => nameOf(r.model_id), width: 90 },
    { key: "live_id", title: w("col_live"), cell: (r) => (r.live_id ? nameOf(r.live_id) : "—"), plain: (r) => (r.live_id ? nameOf(r.live_id) : ""), width: 90 },
    { key: "exact", title: w("col_exact"), cell: (r) => (r.rows ? `${f.percent(r.exact.value)} % ${f.interval(r.exact.low, r.exact.high)}` : "—"), plain: (r) => r.exact.value, width: 140, align: "right" },
    { key: "rows", title: w("col_rows"), cell: (r) => f.count(r.rows), plain: (r) => r.rows, width: 90, align: "right" },
    { key: "checks", title: w("col_checks"), cell: (r) => share(r.checks), plain: (r) => share(r.checks), width: 120, align: "right" },
    { key: "stories", title: w("col_stories"), cell: (r) => share(r.stories), plain: (r) => share(r.stories), width: 110, align: "right" },
    { key: "flips", title: w("col_flips"), cell: (r) => (r.live_id ? <><span className={css["better"]}>▲ {r.fixed}</span> <span className={css["worse"]}>▼ {r.broken}</span></> : "—"), plain: (r) => `+${r.fixed} -${r.broken}`, width: 110, align: "right" },
    { key: "at", title: w("col_at"), cell: (r) => f.time(Date.parse(r.at) * 1000), plain: (r) => new Date(r.at) },
  ];
  return (
    <Page title={w("title")} facts={w("reports_note")} acts={<ActionButton type="primary" action={judge} loading={start.isPending} />} bar={<EvaluateTabs />} flush>
      {start.error && <FaultBand fault={asFault(start.error)} retry={() => mutate("latest")} />}
      {job && job.state !== "done" && <div className={css["job"]}><JobLine job={job} /></div>}
      <Faces of={list.query} empty={<Empty text={w("empty")} act={<ActionButton action={{ ...judge, id: "evaluate.first" }} />} link={{ to: `/${product}/evaluate/rules/suite`, words: w("write_suite") }} />}>
        {(rows) => <DataTable id="evaluate.evaluations" label={w("title")} columns={columns} rows={rows} rowKey={(r) => r.id} hasMore={list.hasMore} more={list.more} open={(r) => void go(r.id)} exportName={w("title")} />}
      </Faces>
    </Page>
  );
}
