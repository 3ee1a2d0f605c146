import { useMutation, useQueryClient } from "@tanstack/react-query";
import { useState } from "react";
import { Link } from "react-router";
import { api, ask } from "../../shared/api/client";
import { asFault } from "../../shared/api/fault";
import { useLabelNames } from "../../shared/api/useLabelNames";
import { useMay } from "../../shared/api/useMe";
import { useProduct } from "../../shared/api/useProduct";
import { useFormat } from "../../shared/format/useFormat";
import { ActionButton } from "../../shared/keys/ActionButton";
import { useActions } from "../../shared/keys/useActions";
import { Chip } from "../../shared/page/Chip";
import { Empty } from "../../shared/page/Empty";
import { FaultBand } from "../../shared/page/FaultBand";
import type { Column } from "../../shared/table/columns";
import { DataTable } from "../../shared/table/DataTable";
import { useFilters } from "../../shared/table/useFilters";
import { did } from "../../shared/undo/undo";
import { useWords } from "../../shared/words/useWords";
import type { Flip, Report } from "./api";
import { WhyFlip } from "./WhyFlip";
import css from "./evaluate.module.css";

const verdicts = ["new_right", "old_right", "both_wrong", "gold_wrong"] as const;
type Verdict = (typeof verdicts)[number] | "";

/** FlipsPanel lists the rows whose answer changed, broken ones first; 1–4 judge the row, whose why stands below. */
export function FlipsPanel({ report, after, before }: { report: Report; after: string; before: string }) {
  const w = useWords("evaluate");
  const f = useFormat();
  const product = useProduct();
  const client = useQueryClient();
  const may = useMay("reviewer");
  const nameOf = useLabelNames(product);
  const { filters, set } = useFilters(["change", "row"] as const);
  const all = report.flips?.list ?? [];
  const rows = all.filter((x) => !filters.change || x.change === filters.change);
  const [at, setAt] = useState<string>(filters.row);
  const here = rows.find((x) => x.row_id === at) ?? rows[0];
  const put = (row: string, verdict: Verdict) => ask(api.PUT("/api/v1/evaluations/{report}/flips/{row}/verdict", { params: { path: { report: report.id, row } }, body: { verdict } }));
  const keep = (row: string, verdict: Verdict) =>
    client.setQueryData<Report>(["evaluate", product, "report", report.id], (old) => {
      if (!old?.flips) return old;
      const list = (old.flips.list ?? []).map((x) => {
        if (x.row_id !== row) return x;
        const { verdict: _, ...rest } = x;
        return verdict ? { ...rest, verdict } : rest;
      });
      return { ...old, flips: { ...old.flips, list } };
    });
  const judge = useMutation({
    mutationFn: ({ flip, verdict }: { flip: Flip; verdict: Verdict }) => {
      keep(flip.row_id, verdict); // the next row is on screen before the answer is back
      return put(flip.row_id, verdict);
    },
    onError: (_, { flip }) => keep(flip.row_id, (flip.verdict ?? "") as Verdict),
  });
  const decide = (verdict: Verdict) => {
    if (!here) return;
    const flip = here;
    const was = (flip.verdict ?? "") as Verdict;
    const next = rows[rows.indexOf(flip) + 1];
    judge.mutate({ flip, verdict });
    const again = async (v: Verdict) => {
      keep(flip.row_id, v);
      await put(flip.row_id, v);
    };
    did({ words: w("judged", { text: flip.text.slice(0, 12), verdict: w(`verdict_${verdict}`) }), undo: () => again(was), redo: () => again(verdict) });
    if (next) setAt(next.row_id);
  };
  const acts = verdicts.map((v, i) => ({ id: `evaluate.${v}`, words: w(`verdict_${v}`), key: String(i + 1), when: () => may && !!here, run: () => decide(v) }));
  const only = (change: string) => set({ change: filters.change === change ? "" : change });
  const broken = { id: "evaluate.broken", words: `▼ ${w("broken")} ${f.count(report.flips?.broken ?? 0)}`, key: "B", run: () => only("broken") };
  const fixed = { id: "evaluate.fixed", words: `▲ ${w("fixed")} ${f.count(report.flips?.fixed ?? 0)}`, key: "F", run: () => only("fixed") };
  useActions([...acts, broken, fixed]);
  const mark = (c: string) => (c === "broken" ? "▼" : c === "fixed" ? "▲" : "◇");
  const labels = (list: string[] | null) => (list?.length ? list.map(nameOf).join(" ") : "—");
  const columns: Column<Flip>[] = [
    { key: "change", title: w("col_change"), cell: (r) => <span className={r.change === "broken" ? css["worse"] : r.change === "fixed" ? css["better"] : undefined} role="img" aria-label={w(r.change === "other" ? "still_wrong" : r.change)}>{mark(r.change)}</span>, plain: (r) => w(r.change === "other" ? "still_wrong" : r.change), width: 48 },
    { key: "text", title: w("col_text"), cell: (r) => r.text, plain: (r) => r.text },
    { key: "before", title: before, cell: (r) => <span className={r.change === "broken" ? undefined : css["struck"]}>{labels(r.before)}</span>, plain: (r) => labels(r.before), width: 130 },
    { key: "after", title: after, cell: (r) => <span className={r.change === "fixed" ? css["better"] : css["struckBad"]}>{labels(r.after)}</span>, plain: (r) => labels(r.after), width: 130 },
    { key: "gold", title: w("col_gold"), cell: (r) => (r.gold ?? []).map((l) => <Chip key={l} tone="azurite">{nameOf(l)}</Chip>), plain: (r) => labels(r.gold), width: 150 },
    { key: "verdict", title: w("col_verdict"), cell: (r) => (r.verdict ? <span className={css["verdict"]}>{w(`verdict_${r.verdict}`)}</span> : "—"), plain: (r) => (r.verdict ? w(`verdict_${r.verdict}`) : ""), width: 100, align: "right" },
  ];
  if (!report.flips) return <div className={css["flips"]}><Empty text={w("no_live")} link={{ to: `/${product}/model/${report.model_id}/rows?right=no`, words: w("see_wrong") }} /></div>;
  if (!all.length) return <div className={css["flips"]}><Empty text={w("no_flips")} link={{ to: `/${product}/model/${report.model_id}/rows?right=no`, words: w("see_wrong") }} /></div>;
  return (
    <div className={css["flips"]}>
      <div className={css["flipsHead"]}>
        <h2>{w("flips", { count: all.length })}</h2>
        <ActionButton size="small" action={broken} type={filters.change === "broken" ? "primary" : "default"} />
        <ActionButton size="small" action={fixed} type={filters.change === "fixed" ? "primary" : "default"} />
        <span className={css["caption"]}>{w("broken_first")} · {w("judged_count", { done: all.filter((x) => x.verdict).length, total: all.length })}</span>
      </div>
      {judge.error && <FaultBand fault={asFault(judge.error)} />}
      <DataTable id="evaluate.flips" label={w("flips", { count: rows.length })} columns={columns} rows={rows} rowKey={(r) => r.row_id} thread={(r) => r.row_id} total={rows.length} current={here?.row_id} onCurrent={(r) => setAt(r.row_id)} exportName={`${after}-${before}`} />
      {here && (
        <div className={css["why"]}>
          <WhyFlip key={`before ${here.row_id}`} product={product} of={report.live_id ?? ""} model={before} labels={here.before ?? []} flip={here} />
          <WhyFlip key={`after ${here.row_id}`} product={product} of={report.model_id} model={after} labels={here.after ?? []} flip={here} fresh />
          <div className={css["judge"]}>
            {acts.map((a) => <ActionButton key={a.id} action={a} block />)}
            <Link to={`/${product}/label/gold?row=${encodeURIComponent(here.row_id)}`}>{w("to_gold")}</Link>
          </div>
        </div>
      )}
    </div>
  );
}
