import { Select } from "antd";
import { useParams } from "react-router";
import { useLabelNames } from "../../shared/api/useLabelNames";
import { useProduct } from "../../shared/api/useProduct";
import { useFormat } from "../../shared/format/useFormat";
import { Chip } from "../../shared/page/Chip";
import { Empty } from "../../shared/page/Empty";
import { Faces } from "../../shared/page/Faces";
import { Page } from "../../shared/page/Page";
import type { Column } from "../../shared/table/columns";
import { DataTable } from "../../shared/table/DataTable";
import { FilterChips } from "../../shared/table/FilterChips";
import { useFilters } from "../../shared/table/useFilters";
import { useWords } from "../../shared/words/useWords";
import { useModelNames, useReport, type CheckResult } from "./api";
import { changes } from "./changes";
import css from "./evaluate.module.css";

/** ChecksPage are the checks behind a share of the suite: what each demanded and what the model said; failed ones first. */
export function ChecksPage() {
  const w = useWords("evaluate");
  const f = useFormat();
  const product = useProduct();
  const { report: id = "" } = useParams();
  const nameOf = useLabelNames(product);
  const modelName = useModelNames(product);
  const report = useReport(product, id);
  const { filters, set, clear } = useFilters(["passed", "part"] as const);
  const all = [...(report.data?.suite?.failed ?? []), ...(report.data?.suite?.held ?? [])];
  const group = (r: CheckResult) => r.check.change || r.check.group;
  const rows = all.filter((r) => (!filters.passed || r.passed === (filters.passed === "yes")) && (!filters.part || filters.part === "all" || r.check.kind === filters.part || group(r) === filters.part));
  const kinds = ["minimum", "has", "lacks", "invariance", "direction"];
  const partName = (p: string) => (kinds.includes(p) ? w(`kind_${p}`) : changes.includes(p) ? w(`change_${p}`) : p);
  const labels = (list: string[] | null | undefined) => (list?.length ? list.map(nameOf).join(" ") : "—");
  const want = (r: CheckResult) => (r.check.kind === "direction" ? [...(r.check.raises ?? []).map((l) => `↑ ${nameOf(l)}`), ...(r.check.lowers ?? []).map((l) => `↓ ${nameOf(l)}`)].join(" ") : labels(r.want));
  const got = (r: CheckResult) => (r.check.kind === "direction" ? (r.moves ?? []).map((m) => `${nameOf(m.label)} ${f.score(m.before)}→${f.score(m.after)}`).join(" ") : labels(r.got));
  const columns: Column<CheckResult>[] = [
    { key: "passed", title: w("col_passed"), cell: (r) => <Chip tone={r.passed ? "jade" : "cinnabar"}>{r.passed ? w("passed") : w("refused")}</Chip>, plain: (r) => (r.passed ? w("passed") : w("refused")), width: 84 },
    { key: "text", title: w("col_check"), cell: (r) => r.check.text, plain: (r) => r.check.text },
    { key: "plain", title: w("col_plain"), cell: (r) => r.check.plain || "—", plain: (r) => r.check.plain, width: 200 },
    { key: "kind", title: w("col_kind"), cell: (r) => w(`kind_${r.check.kind}`), plain: (r) => r.check.kind, width: 96 },
    { key: "group", title: w("col_group"), cell: (r) => partName(group(r)), plain: (r) => partName(group(r)), width: 110 },
    { key: "want", title: w("need"), cell: want, plain: want, width: 150 },
    { key: "got", title: w("got"), cell: (r) => <span className={r.passed ? undefined : css["worse"]}>{got(r)}</span>, plain: got, width: 170 },
    { key: "id", title: w("col_id"), cell: (r) => r.check.id, plain: (r) => r.check.id, width: 150, hidden: true },
  ];
  const chips = [
    filters.passed && { name: "passed", words: filters.passed === "yes" ? w("passed") : w("refused"), remove: () => set({ passed: "" }) },
    filters.part && filters.part !== "all" && { name: "part", words: partName(filters.part), remove: () => set({ part: "" }) },
  ].filter((c): c is { name: string; words: string; remove: () => void } => !!c);
  return (
    <Page title={w("title")} name={`${modelName(report.data?.model_id)} · ${w("checks")}`} facts={<><b>{f.count(rows.filter((r) => r.passed).length)}</b> / {f.count(rows.length)} {w("passed")}</>} flush>
      <div className={css["filters"]}>
        <Select size="small" value={filters.passed} aria-label={w("col_passed")} onChange={(v) => set({ passed: v })} options={[{ value: "", label: w("all_checks") }, { value: "no", label: w("refused") }, { value: "yes", label: w("passed") }]} />
        <FilterChips chips={chips} onClear={clear} />
      </div>
      <Faces of={report} isEmpty={() => !rows.length} empty={<Empty text={w("checks_empty")} link={{ to: `/${product}/evaluate/rules/suite`, words: w("edit_suite") }} />}>
        {() => <DataTable id="evaluate.checks" label={w("checks")} columns={columns} rows={rows} rowKey={(r) => r.check.id} total={rows.length} exportName={w("checks")} peek={(r) => <div className={css["peek"]}>{(r.check.context ?? []).map((line, i) => <p key={i}>{line}</p>)}<b>{r.check.text}</b></div>} />}
      </Faces>
    </Page>
  );
}
