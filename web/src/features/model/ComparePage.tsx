import { Select } from "antd";
import { useNavigate, useParams } from "react-router";
import { Link } from "react-router";
import { useLabelNames } from "../../shared/api/useLabelNames";
import { useProduct } from "../../shared/api/useProduct";
import { useFormat } from "../../shared/format/useFormat";
import { Chip } from "../../shared/page/Chip";
import { Empty } from "../../shared/page/Empty";
import { Faces } from "../../shared/page/Faces";
import { Page } from "../../shared/page/Page";
import { Section } from "../../shared/page/Section";
import type { Schemas } from "../../shared/api/client";
import type { Column } from "../../shared/table/columns";
import { DataTable } from "../../shared/table/DataTable";
import { useFilters } from "../../shared/table/useFilters";
import { useWords } from "../../shared/words/useWords";
import { nameOf, useMeasurement, useModels } from "./api";
import css from "./model.module.css";

type Flip = Schemas["EvaluateFlip"];
const figures = ["exact", "micro_f1", "macro_f1", "ece", "log_loss"];

/** ComparePage is two models on the same rows: figures side by side, and every row whose answer changed, broken ones first. */
export function ComparePage() {
  const w = useWords("model");
  const f = useFormat();
  const go = useNavigate();
  const product = useProduct();
  const labelName = useLabelNames(product);
  const { model = "" } = useParams();
  const { filters, set } = useFilters(["with", "change"] as const);
  const models = useModels(product);
  const others = (models.data?.items ?? []).filter((m) => nameOf(m) !== model);
  const beside = filters.with || (others[0] ? nameOf(others[0]) : "");
  const compared = useMeasurement(product, beside ? model : "", beside);
  const rows = (compared.data?.flips?.list ?? []).filter((x) => !filters.change || x.change === filters.change);
  const show = (name: string, v: number) => (name === "exact" ? `${f.percent(v)} %` : f.score(v, 3));
  const mark = { broken: "▼", fixed: "▲", other: "◇" } as Record<string, string>;
  const labels = (list: string[] | null) => (list?.length ? list.map(labelName).join(" ") : "—");
  const columns: Column<Flip>[] = [
    { key: "change", title: w("col_change"), cell: (r) => <Chip tone={r.change === "broken" ? "cinnabar" : r.change === "fixed" ? "jade" : "plain"}>{mark[r.change]} {w(`change_${r.change}`)}</Chip>, plain: (r) => w(`change_${r.change}`), width: 100 },
    { key: "text", title: w("col_text"), cell: (r) => r.text, plain: (r) => r.text },
    { key: "before", title: beside, cell: (r) => labels(r.before), plain: (r) => labels(r.before), width: 170 },
    { key: "after", title: model, cell: (r) => labels(r.after), plain: (r) => labels(r.after), width: 170 },
    { key: "gold", title: w("col_gold"), cell: (r) => (r.gold ?? []).map((l) => <Chip key={l} tone="azurite">{labelName(l)}</Chip>), plain: (r) => labels(r.gold), width: 190 },
  ];
  const flips = compared.data?.flips;
  return (
    <Page
      title={w("title")}
      name={`${model} ${w("against")} ${beside}`}
      facts={flips && <><Link to={`?with=${beside}&change=fixed`}><b>▲ {f.count(flips.fixed)}</b></Link> {w("change_fixed")} · <Link to={`?with=${beside}&change=broken`}><b>▼ {f.count(flips.broken)}</b></Link> {w("change_broken")} · {w("p_value")} <b data-measure>{flips.p.toFixed(3).replace(/^0/, "")}</b></>}
      acts={<Select value={beside || null} aria-label={w("compare_with")} style={{ minWidth: 96 }} onChange={(v) => set({ with: v ?? "" })} options={others.map((m) => ({ value: nameOf(m), label: nameOf(m) }))} />}
      flush
    >
      {!beside && models.data ? (
        <Empty text={w("compare_empty")} link={{ to: `/${product}/model`, words: w("to_models") }} />
      ) : (
        <Faces of={compared}>
          {(m) => (
            <>
              <div style={{ padding: "16px 24px 0" }}>
                <Section title={w("figures")} note={w("rows_count", { count: m.measured.rows })}>
                  <table className={css["plain"]}>
                    <thead>
                      <tr><th scope="col">{w("figure")}</th><th scope="col" data-right>{beside}</th><th scope="col" data-right>{model}</th><th scope="col" data-right>{w("interval")}</th></tr>
                    </thead>
                    <tbody>
                      {figures.map((name) => (
                        <tr key={name}>
                          <th scope="row">{w(name)}</th>
                          <td data-right><Link to={`/${product}/model/${beside}/rows`}>{show(name, m.with?.figures[name]?.value ?? 0)}</Link></td>
                          <td data-right><Link to={`/${product}/model/${model}/rows`}>{show(name, m.measured.figures[name]?.value ?? 0)}</Link></td>
                          <td data-right data-measure>[{show(name, m.measured.figures[name]?.low ?? 0)}, {show(name, m.measured.figures[name]?.high ?? 0)}]</td>
                        </tr>
                      ))}
                    </tbody>
                  </table>
                </Section>
              </div>
              <div className={css["filters"]}>
                <Select size="small" value={filters.change} aria-label={w("col_change")} onChange={(v) => set({ change: v })} options={[{ value: "", label: w("all_changes") }, ...["broken", "fixed", "other"].map((c) => ({ value: c, label: w(`change_${c}`) }))]} />
              </div>
              {rows.length ? (
                <DataTable id="model.flips" label={w("changes")} columns={columns} rows={rows} rowKey={(r) => r.row_id} total={rows.length} exportName={`${model}-${beside}`} open={(r) => void go(`/${product}/label/gold?row=${encodeURIComponent(r.row_id)}`)} />
              ) : (
                <Empty text={w("no_changes")} />
              )}
            </>
          )}
        </Faces>
      )}
    </Page>
  );
}
