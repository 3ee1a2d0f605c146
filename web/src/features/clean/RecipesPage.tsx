import { useMutation } from "@tanstack/react-query";
import { Button } from "antd";
import { useEffect } from "react";
import { Link, Navigate, useNavigate, useSearchParams } from "react-router";
import { api, ask } from "../../shared/api/client";
import { asFault } from "../../shared/api/fault";
import { useMay } from "../../shared/api/useMe";
import { useProduct } from "../../shared/api/useProduct";
import { useVersions } from "../../shared/api/useVersions";
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
import { did } from "../../shared/undo/undo";
import { useWords } from "../../shared/words/useWords";
import { sample, useRuns, type Saved } from "./api";
import { firstRecipe, readRecipe } from "./recipeText";

/** RecipesPage lists the recipes; a new one begins with what the newest rows need. */
export function RecipesPage() {
  const w = useWords("clean");
  const f = useFormat();
  const go = useNavigate();
  const product = useProduct();
  const may = useMay("trainer");
  const [params] = useSearchParams();
  const wanted = params.get("version") ?? "";
  // A step that a finding became is taken on the bench; without a recipe it begins one.
  const take = params.get("take") ?? "";
  const versions = useVersions(product);
  const runs = useRuns(product);
  const list = useCursorList(["clean", product, "recipes"], (cursor, signal) =>
    ask(api.GET("/api/v1/products/{product}/recipes", { signal, params: { path: { product }, query: { cursor, limit: 200 } } })),
  );
  const version = wanted || versions.data?.[0]?.id;
  const search = wanted ? `?${params}` : "";
  const save = (source: string) => ask(api.PUT("/api/v1/products/{product}/recipes", { params: { path: { product } }, body: { source, revision: 0 } }));
  const create = useMutation({
    mutationFn: async () => {
      if (take) return save(firstRecipe(w("first_name"), "", false));
      const found = await ask(api.POST("/api/v1/products/{product}/recipe-suggestions", { params: { path: { product } }, body: { version: version!, ...sample } }));
      const taken = new Set(list.rows.map((r) => r.name));
      let name = w("first_name");
      for (let n = 2; taken.has(name); n++) name = `${w("first_name")} ${n}`;
      return save(firstRecipe(name, found.source));
    },
    onSuccess: (made) => {
      void list.query.refetch();
      go(`/${product}/clean/${made.id}${search}`, { replace: !!take });
    },
  });
  const remove = useMutation({
    mutationFn: (r: Saved) => ask(api.DELETE("/api/v1/products/{product}/recipes/{recipe}", { params: { path: { product, recipe: r.id }, header: { "If-Match": `"${r.revision}"` } } })),
    onSuccess: (_, r) => {
      void list.query.refetch();
      did({ words: w("removed", { name: r.name }), undo: async () => { await save(r.source); await list.query.refetch(); } });
    },
  });
  const add = { id: "clean.new", words: w("new"), key: "N", when: () => may && !!version && !create.isPending, run: () => create.mutate() };
  useActions([add]);
  const newest = [...list.rows].sort((a, b) => b.updated_us - a.updated_us)[0];
  const first = !!take && may && list.query.data?.length === 0 && create.isIdle;
  const begin = create.mutate;
  useEffect(() => {
    if (first) begin();
  }, [first, begin]);
  if (wanted && newest) return <Navigate to={`/${product}/clean/${newest.id}${search}`} replace />;
  const last = (r: Saved) => runs.data?.items.find((x) => x.recipe_id === r.id && x.state === "done");
  const to = (r: Saved) => `/${product}/clean/${r.id}`;
  const columns: Column<Saved>[] = [
    { key: "name", title: w("col_name"), cell: (r) => <Link to={to(r)} onClick={(e) => e.stopPropagation()}>{r.name}</Link>, plain: (r) => r.name },
    { key: "steps", title: w("col_steps"), cell: (r) => f.count(readRecipe(r.source).steps.filter((s) => !s.off).length), plain: (r) => readRecipe(r.source).steps.filter((s) => !s.off).length, width: 90, align: "right" },
    { key: "last", title: w("col_last"), width: 260, plain: (r) => last(r)?.rows_out, cell: (r) => { const x = last(r); return x ? w("sum", { in: f.count(x.rows_in), out: f.count(x.rows_out), aside: f.count(x.set_aside) }) : w("never"); } },
    { key: "revision", title: w("col_revision"), cell: (r) => f.count(r.revision), plain: (r) => r.revision, width: 90, align: "right" },
    { key: "updated_us", title: w("col_updated_us"), cell: (r) => f.time(r.updated_us), plain: (r) => new Date(r.updated_us / 1000), width: 150 },
    { key: "acts", title: w("remove"), width: 80, cell: (r) => may && <Button type="text" size="small" onClick={(e) => (e.stopPropagation(), remove.mutate(r))}>{w("remove")}</Button> },
  ];
  const error = create.error ?? remove.error;
  return (
    <Page title={w("title")} acts={may && <ActionButton type="primary" action={add} loading={create.isPending} />} flush>
      {error && <FaultBand fault={asFault(error)} />}
      <Faces
        of={list.query}
        empty={versions.data?.length === 0 ? <Empty text={w("empty_data")} act={<Link to={`/${product}/data`}><Button type="primary">{w("to_data")}</Button></Link>} /> : <Empty text={w("empty")} act={may && <ActionButton action={add} loading={create.isPending} />} />}
      >
        {(rows) => <DataTable id="clean.recipes" label={w("title")} columns={columns} rows={rows} rowKey={(r) => r.id} hasMore={list.hasMore} more={list.more} open={(r) => go(to(r))} exportName={w("title")} />}
      </Faces>
    </Page>
  );
}
