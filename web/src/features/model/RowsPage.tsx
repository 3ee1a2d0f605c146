import { Select } from "antd";
import { useMemo } from "react";
import { Link, useNavigate, useParams } from "react-router";
import { useLabelNames } from "../../shared/api/useLabelNames";
import { useProduct } from "../../shared/api/useProduct";
import { useFormat } from "../../shared/format/useFormat";
import { useActions } from "../../shared/keys/useActions";
import { Chip } from "../../shared/page/Chip";
import { Empty } from "../../shared/page/Empty";
import { Faces } from "../../shared/page/Faces";
import { Page } from "../../shared/page/Page";
import type { Column } from "../../shared/table/columns";
import { DataTable } from "../../shared/table/DataTable";
import { FilterChips } from "../../shared/table/FilterChips";
import { useFilters } from "../../shared/table/useFilters";
import { useWords } from "../../shared/words/useWords";
import { outcomes, useJudgements, type Judgement, type Shown } from "./api";
import { kindOf, kinds, type Kind } from "./bands";
import { isIn } from "./confusion";
import css from "./model.module.css";

const names = ["part", "right", "gold", "said", "pair", "slice", "band", "outcome", "answer", "offer", "row"] as const;

/** RowsPage are the rows behind a number of a model: what the gold is, what the model said, how sure. Enter opens the row's gold to relabel it. */
export function RowsPage() {
  const w = useWords("model");
  const f = useFormat();
  const go = useNavigate();
  const product = useProduct();
  const nameOf = useLabelNames(product);
  const { model = "" } = useParams();
  const { filters, set, clear } = useFilters(names);
  const part = (filters.part || "test") as Shown;
  const outcome = outcomes.find((o) => o === filters.outcome);
  const judged = useJudgements(product, model, part, filters.slice, outcome && { outcome, answer: Number(filters.answer), offer: Number(filters.offer) });
  const pair = filters.pair.split("|");
  const thresholds = { answer: Number(filters.answer), offer: Number(filters.offer) };
  const rows = useMemo(
    () =>
      (judged.data ?? []).filter(
        (r) =>
          (!filters.right || r.right === (filters.right === "yes")) &&
          ((!filters.gold && !filters.said) || isIn(r, filters.gold, filters.said)) &&
          (!filters.pair || isIn(r, pair[0]!, pair[1]!) || isIn(r, pair[1]!, pair[0]!)) &&
          (!filters.band || kindOf(r, thresholds) === filters.band),
      ),
    // Filters are texts of the address; what is made of them changes with them.
    // eslint-disable-next-line
    [judged.data, JSON.stringify(filters)],
  );
  const labels = (list: string[] | null, tone: "azurite" | "plain" | "cinnabar") => (list?.length ? list.map((l) => <Chip key={l} tone={tone}>{nameOf(l)}</Chip>) : "—");
  const said = (r: Judgement) => (r.said?.length ? labels(r.said, r.right ? "plain" : "cinnabar") : r.top?.[0] && <Chip guess>{nameOf(r.top[0].label)}</Chip>);
  const columns: Column<Judgement>[] = [
    { key: "right", title: w("col_right"), cell: (r) => <span aria-label={r.right ? w("right") : w("wrong")}>{r.right ? "✓" : "✕"}</span>, plain: (r) => (r.right ? w("right") : w("wrong")), width: 52 },
    { key: "text", title: w("col_text"), cell: (r) => r.text, plain: (r) => r.text },
    { key: "gold", title: w("col_gold"), cell: (r) => labels(r.gold, "azurite"), plain: (r) => (r.gold ?? []).map(nameOf).join("|"), width: 200 },
    { key: "said", title: w("col_said"), cell: said, plain: (r) => (r.said ?? []).map(nameOf).join("|"), width: 200 },
    { key: "p", title: w("col_p"), cell: (r) => (r.top?.[0] ? f.score(r.top[0].p) : "—"), plain: (r) => r.top?.[0]?.p, width: 76, align: "right" },
    { key: "scope", title: w("col_scope"), cell: (r) => f.score(r.out_of_scope), plain: (r) => r.out_of_scope, width: 90, align: "right" },
    { key: "row_id", title: w("col_row"), cell: (r) => r.row_id, plain: (r) => r.row_id, width: 150, hidden: true },
  ];
  const chips = [
    filters.right && { name: "right", words: filters.right === "yes" ? w("right") : w("wrong"), remove: () => set({ right: "" }) },
    (filters.gold || filters.said) && { name: "cell", words: `${filters.gold ? nameOf(filters.gold) : w("nothing")} → ${filters.said ? nameOf(filters.said) : w("nothing")}`, remove: () => set({ gold: "", said: "" }) },
    filters.pair && { name: "pair", words: pair.map(nameOf).join(" / "), remove: () => set({ pair: "" }) },
    filters.slice && { name: "slice", words: w(`slice_${filters.slice}`), remove: () => set({ slice: "" }) },
    filters.band && kinds.includes(filters.band as Kind) && { name: "band", words: `${w(`kind_${filters.band}`)} (${filters.answer} / ${filters.offer})`, remove: () => set({ band: "", answer: "", offer: "" }) },
    outcome && { name: "outcome", words: `${w(`outcome_${outcome}`)} (${filters.answer} / ${filters.offer})`, remove: () => set({ outcome: "", answer: "", offer: "" }) },
  ].filter((c): c is { name: string; words: string; remove: () => void } => !!c);
  useActions([{ id: "model.wrong", words: w("only_wrong"), key: "W", run: () => set({ right: filters.right === "no" ? "" : "no" }) }]);
  return (
    <Page title={w("title")} name={`${model} · ${w("rows_title")}`} facts={<><b>{f.count(rows.length)}</b> / <Link to={`/${product}/model/${model}/rows${filters.part ? `?part=${filters.part}` : ""}`}>{f.count(judged.data?.length ?? 0)}</Link> {w("rows")} · {w("rows_hint")}</>} flush>
      <div className={css["filters"]}>
        <Select size="small" value={part} aria-label={w("part")} onChange={(v) => set({ part: v === "test" ? "" : v })} options={(["test", "dev", "train", "learnt"] as const).map((v) => ({ value: v, label: w(`part_${v}`) }))} />
        <Select size="small" value={filters.right} aria-label={w("col_right")} onChange={(v) => set({ right: v })} options={[{ value: "", label: w("both") }, { value: "no", label: w("wrong") }, { value: "yes", label: w("right") }]} />
        <FilterChips chips={chips} onClear={clear} />
      </div>
      <Faces of={judged} isEmpty={() => !rows.length} empty={<Empty text={w("rows_empty")} />}>
        {() => (
          <DataTable
            id="model.rows"
            label={w("rows_title")}
            columns={columns}
            rows={rows}
            rowKey={(r) => r.row_id}
            thread={(r) => r.row_id}
            total={rows.length}
            current={filters.row || undefined}
            exportName={`${model}-${w("rows_title")}`}
            open={(r) => void go(`/${product}/label/gold?row=${encodeURIComponent(r.row_id)}`)}
            peek={(r) => (
              <div className={css["peek"]}>
                {(r.history ?? []).map((h, i) => <p key={i}>{h.who === "product" ? w("agent") : w("customer")} {h.text}</p>)}
                <b>{r.text}</b>
                <p>{(r.top ?? []).slice(0, 3).map((s) => `${nameOf(s.label)} ${f.score(s.p)}`).join(" · ")}</p>
              </div>
            )}
          />
        )}
      </Faces>
    </Page>
  );
}
