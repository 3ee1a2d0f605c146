import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { Select } from "antd";
import { useEffect, useState } from "react";
import { useParams } from "react-router";
import { api, ask } from "../../shared/api/client";
import { asFault } from "../../shared/api/fault";
import { href } from "../../shared/api/href";
import { jobIsOver, useJob } from "../../shared/api/useJob";
import { useMay } from "../../shared/api/useMe";
import { useProduct } from "../../shared/api/useProduct";
import { useLabelNames } from "../../shared/api/useLabelNames";
import { useFormat } from "../../shared/format/useFormat";
import { ActionButton } from "../../shared/keys/ActionButton";
import { useActions } from "../../shared/keys/useActions";
import { Chip } from "../../shared/page/Chip";
import { Faces } from "../../shared/page/Faces";
import { FaultBand } from "../../shared/page/FaultBand";
import { Figures } from "../../shared/page/Figures";
import { JobLine } from "../../shared/page/JobLine";
import { Page } from "../../shared/page/Page";
import type { Column } from "../../shared/table/columns";
import { DataTable } from "../../shared/table/DataTable";
import { useCursorList } from "../../shared/table/useCursorList";
import { useFilters } from "../../shared/table/useFilters";
import { did } from "../../shared/undo/undo";
import { useUnmasked } from "../../shared/api/unmasked";
import { useWords } from "../../shared/words/useWords";
import { useBatch, type BatchRow } from "./api";
import css from "./evaluate.module.css";

/** BatchPage is one sheet: which column asks and which expects, what was tested, the wrong rows; V keeps them as checks. */
export function BatchPage() {
  const w = useWords("evaluate");
  const plain = useUnmasked();
  const f = useFormat();
  const product = useProduct();
  const client = useQueryClient();
  const may = useMay("trainer");
  const nameOf = useLabelNames(product);
  const { batch: id = "" } = useParams();
  const { filters, set } = useFilters(["state"] as const);
  const batch = useBatch(product, id);
  const models = useQuery({ queryKey: ["model", product, "newest"], queryFn: ({ signal }) => ask(api.GET("/api/v1/products/{product}/models", { signal, params: { path: { product }, query: { limit: 100 } } })) });
  const releases = useQuery({ queryKey: ["serve", product, "releases", "newest"], queryFn: ({ signal }) => ask(api.GET("/api/v1/products/{product}/releases", { signal, params: { path: { product }, query: { limit: 50 } } })) });
  const [order, setOrder] = useState<{ ask?: string; expect?: string; kind?: "label" | "answer"; of?: string }>({});
  const b = batch.data;
  const { job } = useJob(b?.job_id || undefined);
  const running = !!job && !jobIsOver(job);
  const done = job?.done;
  useEffect(() => {
    void client.invalidateQueries({ queryKey: ["evaluate", product, "batch", id] });
  }, [done, client, product, id]);
  const list = useCursorList<BatchRow>(["evaluate", product, "batch", id, "rows", filters.state], async (cursor, signal) => {
    const page = await ask(api.GET("/api/v1/products/{product}/batches/{batch}/rows", { signal, params: { path: { product, batch: id }, query: { limit: 500, ...(cursor ? { cursor } : {}), ...(filters.state ? { state: filters.state as "wrong" } : {}) } } }));
    return { ...page, items: page.items ?? [] };
  });
  const start = useMutation({
    mutationFn: () => ask(api.POST("/api/v1/products/{product}/batches/{batch}/runs", { params: { path: { product, batch: id } }, body: order })),
    onSuccess: () => client.invalidateQueries({ queryKey: ["evaluate", product, "batch", id] }),
  });
  const keep = useMutation({
    mutationFn: async () => {
      const before = await ask(api.GET("/api/v1/products/{product}/suite", { params: { path: { product } } })).catch(() => undefined);
      const kept = await ask(api.POST("/api/v1/products/{product}/batches/{batch}/checks", { params: { path: { product, batch: id } }, body: filters.state === "right" ? { state: "right" } : { state: "wrong" } }));
      return { before, kept };
    },
    onSuccess: ({ before, kept }) => {
      const back = (text: string) => ask(api.PUT("/api/v1/products/{product}/suite", { params: { path: { product } }, body: { text } }));
      did({ words: w("kept", { count: kept.added }), undo: () => (before && kept.added ? back(before.text).then(() => undefined) : undefined) });
      void client.invalidateQueries({ queryKey: ["evaluate", product, "rules"] });
    },
  });
  const tested = !!b?.of;
  const run = { id: "evaluate.batch_run", words: tested ? w("again") : w("batch_run"), key: "R", when: () => may && !!b && !running && !start.isPending, run: () => start.mutate() };
  const save = { id: "evaluate.batch_keep", words: w("keep_checks"), key: "V", when: () => may && tested && b?.kind === "label" && (b?.wrong ?? 0) + (b?.right ?? 0) > 0 && !keep.isPending, run: () => keep.mutate() };
  useActions([run, save]);
  const tone = { right: "jade", wrong: "cinnabar", skipped: "plain", "": "plain" } as const;
  const got = (r: BatchRow) => (b?.kind === "label" ? r.got.split("|").filter(Boolean).map(nameOf).join(" ") || "—" : r.got || "—");
  const before: Column<BatchRow>[] = (b?.columns ?? []).map((c, i) => ({ key: `c${i}`, title: c, cell: (r) => r.cells?.[i] ?? "", plain: (r) => r.cells?.[i] }));
  const columns: Column<BatchRow>[] = !tested
    ? before
    : [
        { key: "at", title: w("col_line"), cell: (r) => r.at, plain: (r) => r.at, width: 64, align: "right" },
        { key: "state", title: w("col_result"), cell: (r) => (r.state ? <Chip tone={tone[r.state]}>{w(`batch_${r.state}`)}</Chip> : "…"), plain: (r) => (r.state ? w(`batch_${r.state}`) : ""), width: 76 },
        { key: "question", title: w("col_question"), cell: (r) => r.question, plain: (r) => r.question },
        { key: "expected", title: w("col_expected"), cell: (r) => r.expected, plain: (r) => r.expected, width: 180 },
        { key: "got", title: w("got"), cell: (r) => <span className={r.state === "wrong" ? css["worse"] : undefined} title={r.got}>{got(r)}</span>, plain: got, width: 200 },
        { key: "p", title: w("col_p"), cell: (r) => (r.top?.length ? f.score(r.p) : "—"), plain: (r) => r.p, width: 70, align: "right" },
        { key: "reason", title: w("col_reason"), cell: (r) => (r.reason ? w(`reason_${r.reason}`) : ""), plain: (r) => (r.reason ? w(`reason_${r.reason}`) : ""), width: 150 },
      ];
  const newest = { value: "latest", label: w("newest_model") };
  const choices = [newest, ...(models.data?.items ?? []).map((m) => ({ value: `m${m.number}`, label: `m${m.number}` })), ...(releases.data?.items ?? []).map((r) => ({ value: r.name, label: `${w("release")} ${r.name}` }))];
  const only = (state: string) => `?state=${state}`;
  return (
    <Page
      title={w("title")}
      name={b?.name}
      facts={b && <><b>{f.count(b.rows)}</b> {w("rows")}{b.of && <> · {w("col_of")} <b>{b.of}</b></>}</>}
      acts={
        <>
          {tested && <a href={href("/api/v1/products/{product}/batches/{batch}/export", { product, batch: id }, { state: filters.state || undefined, unmasked: plain || undefined })} download>{filters.state === "wrong" ? w("export_wrong") : w("export_all")}</a>}
          {tested && b?.kind === "label" && <ActionButton action={save} loading={keep.isPending} />}
          <ActionButton type="primary" action={run} loading={start.isPending} />
        </>
      }
      bar={
        b && tested ? (
          <Figures
            of={[
              { label: w("batch_right"), value: f.count(b.right), to: only("right"), base: b.right + b.wrong ? `${f.percent(b.right / (b.right + b.wrong))} %` : "" },
              { label: w("batch_wrong"), value: f.count(b.wrong), to: only("wrong"), base: w("wrong_base") },
              { label: w("batch_skipped"), value: f.count(b.skipped), to: only("skipped"), base: w("skipped_base") },
            ]}
          />
        ) : undefined
      }
      flush
    >
      {[start.error, keep.error].map((e, i) => e && <FaultBand key={i} fault={asFault(e)} />)}
      {job && (running || job.state === "failed") && <div className={css["job"]}><JobLine job={job} /></div>}
      <Faces of={batch}>
        {(data) => (
          <div className={css["columns"]}>
            <label>{w("ask_column")}<Select value={order.ask ?? data.ask} disabled={running} onChange={(v) => setOrder({ ...order, ask: v })} options={(data.columns ?? []).map((c) => ({ value: c, label: c }))} aria-label={w("ask_column")} /></label>
            <label>{w("expect_column")}<Select value={order.expect ?? data.expect} disabled={running} onChange={(v) => setOrder({ ...order, expect: v })} options={(data.columns ?? []).map((c) => ({ value: c, label: c }))} aria-label={w("expect_column")} /></label>
            <label>{w("expects")}<Select value={order.kind ?? data.kind} disabled={running} onChange={(v) => setOrder({ ...order, kind: v as "label" })} options={["label", "answer"].map((k) => ({ value: k, label: w(`expects_${k}`) }))} aria-label={w("expects")} /></label>
            <label>{w("test_what")}<Select value={order.of ?? (data.of || "latest")} disabled={running} onChange={(v) => setOrder({ ...order, of: v })} options={choices} showSearch={{ optionFilterProp: "label" }} aria-label={w("test_what")} /></label>
            {!tested && <Chip guess>{w("guessed")}</Chip>}
            {tested && filters.state && <a role="button" tabIndex={0} onClick={() => set({ state: "" })} onKeyDown={(e) => e.key === "Enter" && set({ state: "" })}>{w("all_rows")}</a>}
          </div>
        )}
      </Faces>
      <Faces of={list.query} empty={<p className={css["noBatch"]}>{w("no_rows")}</p>}>
        {(rows) => (
          <DataTable
            id={tested ? "evaluate.batch" : "evaluate.sheet"}
            label={b?.name ?? w("tab_batch")}
            columns={columns}
            rows={rows}
            rowKey={(r) => String(r.at)}
            hasMore={list.hasMore}
            more={list.more}
            peek={(r) => (
              <div className={css["peek"]}>
                <b>{r.question}</b>
                <p>{(r.top ?? []).map((l) => `${l.title || l.label} ${f.score(l.p)}`).join(" · ")}</p>
                <p>{r.why}</p>
              </div>
            )}
          />
        )}
      </Faces>
    </Page>
  );
}
