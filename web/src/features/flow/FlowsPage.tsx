import { useMutation, useQueryClient } from "@tanstack/react-query";
import { useRef } from "react";
import { Navigate, useNavigate, useSearchParams } from "react-router";
import { api, ask, type Schemas } from "../../shared/api/client";
import { asFault } from "../../shared/api/fault";
import { guidelineOptions } from "../../shared/api/guideline";
import { useMay } from "../../shared/api/useMe";
import { useProduct } from "../../shared/api/useProduct";
import { useFormat } from "../../shared/format/useFormat";
import { ActionButton } from "../../shared/keys/ActionButton";
import { useActions } from "../../shared/keys/useActions";
import { Empty } from "../../shared/page/Empty";
import { Faces } from "../../shared/page/Faces";
import { FaultBand } from "../../shared/page/FaultBand";
import { Page } from "../../shared/page/Page";
import type { Column } from "../../shared/table/columns";
import { DataTable } from "../../shared/table/DataTable";
import { useCursorList } from "../../shared/table/useCursorList";
import { useWords } from "../../shared/words/useWords";
import { saveFlow } from "./api";
import { skeleton } from "./skeleton";

/** FlowsPage lists the flows; a product with one flow goes straight to it, unless all were asked for. */
export function FlowsPage() {
  const w = useWords("flow");
  const f = useFormat();
  const go = useNavigate();
  const product = useProduct();
  const client = useQueryClient();
  const may = useMay("trainer");
  const [params] = useSearchParams();
  const file = useRef<HTMLInputElement>(null);
  const list = useCursorList(["flow", product, "flows"], (cursor, signal) =>
    ask(api.GET("/api/v1/products/{product}/flows", { signal, params: { path: { product }, query: { cursor, limit: 200 } } })),
  );
  const make = useMutation({
    mutationFn: (text: string) => saveFlow(product, text),
    onSuccess: (made) => {
      void client.invalidateQueries({ queryKey: ["flow", product] });
      void go(made.id);
    },
  });
  const start = useMutation({
    mutationFn: async () => (await client.fetchQuery(guidelineOptions(product, "latest")))?.guideline.labels ?? [],
    onSuccess: (labels) => make.mutate(skeleton(w("new_name"), labels)),
  });
  const begin = { id: "flow.new", words: w("new"), key: "N", when: () => may && !make.isPending && !start.isPending, run: () => start.mutate() };
  const bring = { id: "flow.import", words: w("import"), when: () => may && !make.isPending, run: () => file.current?.click() };
  useActions([begin, bring]);
  const only = list.rows.length === 1 && !list.hasMore ? list.rows[0] : undefined;
  if (only && !params.has("all")) return <Navigate to={only.id} replace />;
  const columns: Column<Schemas["DialogSaved"]>[] = [
    { key: "name", title: w("col_name"), cell: (r) => r.name, plain: (r) => r.name },
    { key: "revision", title: w("col_revision"), cell: (r) => f.count(r.revision), plain: (r) => r.revision, width: 110, align: "right" },
    { key: "updated_by", title: w("col_updated_by"), cell: (r) => r.updated_by, plain: (r) => r.updated_by, width: 150 },
    { key: "updated_us", title: w("col_updated_us"), cell: (r) => f.time(r.updated_us), plain: (r) => new Date(r.updated_us / 1000), width: 150 },
  ];
  return (
    <Page title={w("title")} flush acts={<><ActionButton action={bring} /><ActionButton type="primary" action={begin} /></>}>
      <input ref={file} type="file" accept=".yaml,.yml" hidden aria-label={w("import")} onChange={(e) => void e.target.files?.[0]?.text().then((t) => make.mutate(t))} />
      {(make.error ?? start.error) && <FaultBand fault={asFault(make.error ?? start.error)} />}
      <Faces of={list.query} empty={<Empty text={w("empty")} act={<ActionButton action={begin} />} />}>
        {(rows) => <DataTable id="flow.flows" label={w("title")} columns={columns} rows={rows} rowKey={(r) => r.id} open={(r) => void go(r.id)} hasMore={list.hasMore} more={list.more} exportName={w("title")} />}
      </Faces>
    </Page>
  );
}
