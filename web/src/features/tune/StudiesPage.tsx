import { useState } from "react";
import { useNavigate } from "react-router";
import { api, ask } from "../../shared/api/client";
import { useMay } from "../../shared/api/useMe";
import { useProduct } from "../../shared/api/useProduct";
import { useFormat } from "../../shared/format/useFormat";
import { ActionButton } from "../../shared/keys/ActionButton";
import { useActions } from "../../shared/keys/useActions";
import { Chip } from "../../shared/page/Chip";
import { Empty } from "../../shared/page/Empty";
import { Faces } from "../../shared/page/Faces";
import { Page } from "../../shared/page/Page";
import type { Column } from "../../shared/table/columns";
import { DataTable } from "../../shared/table/DataTable";
import { useCursorList } from "../../shared/table/useCursorList";
import { useWords } from "../../shared/words/useWords";
import type { Study } from "./api";
import { NewStudy } from "./NewStudy";
import { isOutside, measured, written } from "./progress";
import { toneOf } from "./tone";
import { TuneTabs } from "./TuneTabs";

/** StudiesPage is the list of studies; N begins one. */
export function StudiesPage() {
  const w = useWords("tune");
  const f = useFormat();
  const go = useNavigate();
  const product = useProduct();
  const may = useMay("trainer");
  const [open, setOpen] = useState(false);
  const list = useCursorList<Study>(["tune", product, "studies"], async (cursor, signal) => {
    const page = await ask(api.GET("/api/v1/products/{product}/studies", { signal, params: { path: { product }, query: { ...(cursor ? { cursor } : {}), limit: 200 } } }));
    return { ...page, items: page.items ?? [] };
  });
  const begin = { id: "tune.new", words: w("new"), key: "N", when: () => may, run: () => setOpen(true) };
  useActions([begin]);
  const columns: Column<Study>[] = [
    { key: "number", title: w("col_study"), cell: (r) => <b>s{r.number}</b>, plain: (r) => `s${r.number}`, width: 80 },
    { key: "state", title: w("col_state"), cell: (r) => <Chip tone={toneOf(r.state)}>{w(`state_${r.state}`)}</Chip>, plain: (r) => w(`state_${r.state}`), width: 100 },
    { key: "component", title: w("col_component"), cell: (r) => (isOutside(r) ? [w("outside"), r.name].filter(Boolean).join(" · ") : r.component), plain: (r) => r.name || r.component },
    { key: "objective", title: w("col_objective"), cell: (r) => (isOutside(r) ? r.objective : w(`figure_${r.objective}`)), plain: (r) => r.objective, width: 130 },
    { key: "done_count", title: w("col_done_count"), cell: (r) => (r.trials ? `${f.count(r.done_count)} / ${f.count(r.trials)}` : f.count(r.done_count)), plain: (r) => r.done_count, width: 110, align: "right" },
    { key: "best_score", title: w("col_best_score"), cell: (r) => (r.best_number < 0 ? "—" : <><b>{isOutside(r) ? written(measured(r, r.best_score)) : f.score(r.best_score, 3)}</b> #{r.best_number}</>), plain: (r) => measured(r, r.best_score), width: 130, align: "right" },
    { key: "default_score", title: w("col_default"), cell: (r) => (r.best_number < 0 || isOutside(r) ? "—" : f.score(r.default_score, 3)), plain: (r) => r.default_score, width: 110, align: "right" },
    { key: "created_us", title: w("col_created"), cell: (r) => f.time(r.created_us), plain: (r) => new Date(r.created_us / 1000), width: 150 },
  ];
  return (
    <Page title={w("title")} facts={w("studies_note")} acts={<ActionButton type="primary" action={begin} />} bar={<TuneTabs />} flush>
      <NewStudy open={open} onClose={() => setOpen(false)} />
      <Faces of={list.query} empty={<Empty text={w("empty")} act={<ActionButton action={{ ...begin, id: "tune.first" }} />} link={{ to: `/${product}/model`, words: w("to_model") }} />}>
        {(rows) => <DataTable id="tune.studies" label={w("title")} columns={columns} rows={rows} rowKey={(r) => r.id} hasMore={list.hasMore} more={list.more} open={(r) => void go(r.id)} exportName={w("title")} />}
      </Faces>
    </Page>
  );
}
