import { Input, InputNumber, Select } from "antd";
import { useMemo } from "react";
import { Link } from "react-router";
import { useLabelNames } from "../../shared/api/useLabelNames";
import { Chart } from "../../shared/chart/Chart";
import { pointsSummary } from "../../shared/chart/pointsSummary";
import { useFormat } from "../../shared/format/useFormat";
import { JobLine } from "../../shared/page/JobLine";
import type { Job } from "../../shared/api/events";
import { Section } from "../../shared/page/Section";
import { color } from "../../shared/theme/tokens";
import { useMode } from "../../shared/theme/useMode";
import { useWords } from "../../shared/words/useWords";
import { outcomes } from "./api";
import css from "./model.module.css";
import type { Costs, Weighed } from "./useWeighed";

const priced = ["wrong", "missed", "handover", "ask"] as const;

/** CostsSection is what each outcome costs, and what the flow's thresholds and those on the slider cost beside the cheapest, on rows that had no part in choosing. */
export function CostsSection({ product, model, costs, labels, weighed, here, job, may, onChange }: { product: string; model: string; costs: Costs; labels: string[]; weighed: Weighed | undefined; here: Weighed["now"] | undefined; job: Job | undefined; may: boolean; onChange: (c: Costs) => void }) {
  const w = useWords("model");
  const f = useFormat();
  const nameOf = useLabelNames(product);
  const bands = (b: Weighed["now"]) => ({ answer: f.score(b.answer), offer: f.score(b.offer) });
  const same = (a: Weighed["now"], b: Weighed["now"] | undefined) => !!b && a.answer === b.answer && a.offer === b.offer;
  const bills = weighed
    ? [
        { words: w("in_flow", bands(weighed.now)), bill: weighed.now },
        ...(here && !same(here, weighed.now) && !same(here, weighed.best) ? [{ words: w("here_now", bands(here)), bill: here }] : []),
        ...(weighed.best ? [{ words: w("cheapest", bands(weighed.best)), bill: weighed.best }] : []),
        { words: w("possible", bands(weighed.possible)), bill: weighed.possible },
      ]
    : [];
  const money = (n: number) => `${f.count(Math.round(n))} ${costs.currency}`;
  return (
    <>
      <Section title={w("costs")} note={w("costs_note")}>
        <div className={css["costs"]}>
          {priced.map((k) => (
            <label key={k}>
              {w(`cost_${k}`)}
              <InputNumber min={0} max={1e9} disabled={!may} value={costs[k]} onChange={(v) => onChange({ ...costs, [k]: v ?? 0 })} />
            </label>
          ))}
          <label>
            {w("currency")}
            <Input style={{ width: 72 }} maxLength={8} disabled={!may} value={costs.currency} onChange={(e) => onChange({ ...costs, currency: e.target.value })} />
          </label>
          <label>
            {w("turns_a_month")}
            <InputNumber min={0} max={1e12} step={1000} disabled={!may} value={costs.turns_a_month} onChange={(v) => onChange({ ...costs, turns_a_month: v ?? 0 })} />
          </label>
          <label className={css["person"]!}>
            {w("person")}
            <Select mode="multiple" disabled={!may} maxTagCount="responsive" placeholder={w("person_none")} value={costs.person ?? []} onChange={(v: string[]) => onChange({ ...costs, person: v })} options={labels.map((l) => ({ value: l, label: nameOf(l) }))} optionFilterProp="label" />
          </label>
        </div>
      </Section>
      {job && <JobLine job={job} />}
      {weighed && (
        <Section title={w("weighed_title")} note={weighed.best ? w("weighed_note", { chosen: f.count(weighed.chosen_rows), shown: f.count(weighed.shown_rows) }) : w("weighed_not", { shown: f.count(weighed.shown_rows) })}>
          <p className={css["saving"]}>
            {w("per_1000")} <b data-measure>{money(weighed.now.per_1000)}</b>
            {weighed.best && weighed.saving && (
              <>
                → <b data-measure>{money(weighed.best.per_1000)}</b>
                {weighed.saving.per_1000 === 0 ? (
                  <span>{w("saves_nothing")}</span>
                ) : (
                  <>
                    <strong data-sure={weighed.saving.sure}>{w(weighed.saving.per_1000 > 0 ? "saves_month" : "costs_month", { money: money(Math.abs(weighed.saving.month)) })}</strong>
                    <span>{w("saving_interval", { low: money((weighed.saving.low * costs.turns_a_month) / 1000), high: money((weighed.saving.high * costs.turns_a_month) / 1000) })}{!weighed.saving.sure && ` · ${w("not_sure")}`}</span>
                  </>
                )}
              </>
            )}
          </p>
          {weighed.unknown?.length ? <p className={css["caption"]}>{w("person_unknown", { labels: weighed.unknown.join("、") })}</p> : null}
          <CostCurve weighed={weighed} currency={costs.currency} />
          <table className={css["plain"]}>
            <thead>
              <tr>
                <th scope="col">{w("what_happens")}</th>
                {bills.map((b) => <th key={b.words} scope="col" data-right><span data-measure>{b.words}</span></th>)}
              </tr>
            </thead>
            <tbody>
              {outcomes.map((k) => (
                <tr key={k}>
                  <th scope="row">{w(`outcome_${k}`)}</th>
                  {bills.map((b) => <td key={b.words} data-right><Link to={`/${product}/model/${model}/rows?outcome=${k}&answer=${b.bill.answer}&offer=${b.bill.offer}`}>{f.count(b.bill.counts[k] ?? 0)}</Link></td>)}
                </tr>
              ))}
              <tr>
                <th scope="row">{w("per_1000")}</th>
                {bills.map((b) => <td key={b.words} data-right><b data-measure>{money(b.bill.per_1000)}</b></td>)}
              </tr>
            </tbody>
          </table>
        </Section>
      )}
    </>
  );
}

function CostCurve({ weighed, currency }: { weighed: Weighed; currency: string }) {
  const w = useWords("model");
  const shared = useWords("shared");
  const f = useFormat();
  const mode = useMode();
  const points = useMemo(() => weighed.curve ?? [], [weighed.curve]);
  const option = useMemo(
    () => ({
      animation: false,
      grid: { left: 56, right: 24, top: 28, bottom: 28 },
      tooltip: { trigger: "axis" as const, valueFormatter: (v: unknown) => (typeof v === "number" ? `${f.count(Math.round(v))} ${currency}` : "") },
      xAxis: { type: "value" as const, min: 0, max: 1, splitNumber: 5, splitLine: { show: false }, axisLabel: { formatter: (v: number) => f.score(v) } },
      yAxis: { type: "value" as const, scale: true, splitNumber: 3, axisLabel: { formatter: (v: number) => f.count(v) } },
      series: [
        {
          type: "line" as const,
          name: w("per_1000"),
          symbol: "none",
          lineStyle: { width: 2, color: color(mode, "jade") },
          data: points.map((p) => [p.answer, p.per_1000]),
          markLine: {
            silent: true,
            symbol: "none",
            label: { position: "end" as const, color: color(mode, "ink3") },
            data: [
              { xAxis: weighed.now.answer, lineStyle: { type: "dashed" as const, color: color(mode, "ink3") }, label: { formatter: weighed.best && Math.abs(weighed.now.answer - weighed.best.answer) < 0.08 ? "" : w("mark_now") } },
              ...(weighed.best ? [{ xAxis: weighed.best.answer, lineStyle: { type: "solid" as const, color: color(mode, "jade") }, label: { formatter: w("mark_best"), color: color(mode, "jade") } }] : []),
            ],
          },
        },
      ],
    }),
    [points, weighed, mode, w, f, currency],
  );
  return (
    <Chart
      label={w("cost_curve")}
      summary={pointsSummary(shared, w("per_1000"), points.map((p) => p.per_1000), (n) => f.count(Math.round(n)))}
      option={option}
      height={200}
      table={{ columns: [w("answer_from"), w("per_1000"), w("acted")], rows: points.map((p) => [p.answer, +p.per_1000.toFixed(1), +p.acted.toFixed(3)]) }}
    />
  );
}
