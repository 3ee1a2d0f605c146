import { Button, Input, Select } from "antd";
import { useState } from "react";
import { Link, useParams } from "react-router";
import { api, ask } from "../../shared/api/client";
import { asFault } from "../../shared/api/fault";
import { useMay } from "../../shared/api/useMe";
import { useProduct } from "../../shared/api/useProduct";
import { useFormat } from "../../shared/format/useFormat";
import { ActionButton } from "../../shared/keys/ActionButton";
import { useActions } from "../../shared/keys/useActions";
import { Chip } from "../../shared/page/Chip";
import { Empty } from "../../shared/page/Empty";
import { Faces } from "../../shared/page/Faces";
import { FaultBand } from "../../shared/page/FaultBand";
import { Page } from "../../shared/page/Page";
import type { Column } from "../../shared/table/columns";
import { DataTable } from "../../shared/table/DataTable";
import { useCursorList } from "../../shared/table/useCursorList";
import { useFilters } from "../../shared/table/useFilters";
import { useLang } from "../../shared/words/useLang";
import { useWords } from "../../shared/words/useWords";
import { useReasons, useRecipe, useRuns, type Quarantined } from "./api";
import { longest } from "./longest";
import { usePutBack } from "./usePutBack";
import css from "./clean.module.css";

/** AsidePage is all that a run set aside, by reason; rows chosen here go back, with why. */
export function AsidePage() {
  const w = useWords("clean");
  const f = useFormat();
  const zh = useLang() === "zh";
  const product = useProduct();
  const may = useMay("trainer");
  const { recipe = "" } = useParams();
  const { filters, set } = useFilters(["run", "reason"] as const);
  const saved = useRecipe(product, recipe);
  const runs = useRuns(product);
  const run = runs.data?.items.find((r) => (filters.run ? r.id === filters.run : r.recipe_id === saved.data?.id && r.state === "done"));
  const name = saved.data?.name ?? run?.recipe ?? ""; // a recipe that is gone leaves its runs
  const reasons = useReasons(product, run?.id);
  const [picked, setPicked] = useState<string[]>([]);
  const [why, setWhy] = useState("");
  const read = (cursor: string | undefined, signal?: AbortSignal) =>
    ask(api.GET("/api/v1/clean-runs/{run}/quarantine", { ...(signal ? { signal } : {}), params: { path: { run: run!.id }, query: { cursor, limit: 200, ...(filters.reason ? { reason: filters.reason } : {}) } } }));
  const list = useCursorList<Quarantined>(["clean", product, "aside", run?.id ?? "", filters.reason], async (cursor, signal) => (run ? read(cursor, signal) : { items: [] }));
  const back = usePutBack(product, () => (setPicked([]), setWhy("")));
  const putBack = { id: "clean.aside_back", words: w("put_back"), key: "P", when: () => may && picked.length > 0 && !back.isPending, run: () => back.mutate({ run: run!.id, rows: picked, reason: why.trim() }) };
  useActions([putBack]);
  const say = (t: { zh: string; en: string }) => (zh ? t.zh : t.en);
  const columns: Column<Quarantined>[] = [
    { key: "reason", title: w("col_reason"), width: 190, plain: (q) => say(q.reason), cell: (q) => <Chip tone="gamboge">{say(q.reason)}</Chip> },
    { key: "row", title: w("col_row"), width: 110, plain: (q) => q.row, cell: (q) => <Link className={css["rowID"]!} to={`/${product}/thread/${encodeURIComponent(q.row)}`} onClick={(e) => e.stopPropagation()}>{q.row.slice(0, 8)}</Link> },
    { key: "text", title: w("col_text"), plain: (q) => longest(q.values), cell: (q) => <span data-said>{longest(q.values)}</span> },
    { key: "twin", title: w("col_twin"), width: 110, plain: (q) => q.twin, cell: (q) => q.twin && <Link className={css["rowID"]!} to={`/${product}/thread/${encodeURIComponent(q.twin)}`} onClick={(e) => e.stopPropagation()}>{q.twin.slice(0, 8)}</Link> },
    { key: "step", title: w("col_step"), width: 70, align: "right", plain: (q) => q.step, cell: (q) => q.step },
    { key: "state", title: w("col_state"), width: 200, plain: (q) => (q.put_back_us ? [w("is_back"), q.put_back_by, q.put_back_reason].filter(Boolean).join(" · ") : ""), cell: (q) => <span data-said>{q.put_back_us ? [w("is_back"), q.put_back_by, q.put_back_reason].filter(Boolean).join(" · ") : ""}</span> },
  ];
  const total = filters.reason ? reasons.data?.items.find((r) => r.code === filters.reason)?.count : run?.set_aside;
  const everything = async () => {
    const out: Quarantined[] = [];
    for (let cursor: string | undefined; ; ) {
      const page = await read(cursor);
      out.push(...page.items);
      if (!page.next) return out;
      cursor = page.next;
    }
  };
  return (
    <Page
      title={w("title")}
      name={`${name} ${w("aside_title")}`}
      facts={run && <><b>{f.count(run.set_aside)}</b> {w("rows")} · {w("aside_facts")}</>}
      acts={
        <>
          <Select
            aria-label={w("by_reason")}
            variant="borderless"
            popupMatchSelectWidth={false}
            value={filters.reason}
            onChange={(x: string) => (set({ reason: x }), setPicked([]))}
            options={[{ value: "", label: w("all_reasons") }, ...(reasons.data?.items ?? []).map((r) => ({ value: r.code, label: `${say(r.reason)} ${f.count(r.count)}` }))]}
          />
          {picked.length > 0 && <Input className={css["why"]!} value={why} maxLength={200} placeholder={w("put_back_why")} aria-label={w("put_back_why")} onChange={(e) => setWhy(e.target.value)} />}
          {may && <ActionButton type="primary" action={putBack} loading={back.isPending} />}
        </>
      }
      flush
    >
      {back.error && <FaultBand fault={asFault(back.error)} />}
      {back.data && <div className={css["jobLine"]}>{w("was_put_back", { number: String(back.data.number) })} <Link to={`/${product}/data/${back.data.dataset_id}?version=${back.data.id}`}>{w("look")}</Link></div>}
      <Faces of={run || runs.isPending ? list.query : { data: [], error: runs.error, isFetching: runs.isFetching }} empty={<Empty text={run ? w("aside_none") : w("aside_none_yet")} act={<Link to={`/${product}/clean/${recipe}`}><Button>{w("to_recipe")}</Button></Link>} />}>
        {(rows) => (
          <DataTable
            id="clean.aside"
            label={w("aside_title")}
            columns={columns}
            rows={rows}
            rowKey={(q) => q.row}
            thread={(q) => q.row}
            hasMore={list.hasMore}
            more={list.more}
            peek={(q) => <dl className={css["peek"]}>{Object.entries(q.values).map(([name, v]) => <div key={name}><dt>{name}</dt><dd data-said>{v}</dd></div>)}</dl>}
            selected={picked}
            {...(may ? { onSelect: (keys: string[]) => setPicked(keys.filter((k) => !rows.find((q) => q.row === k)?.put_back_us)) } : {})}
            {...(total === undefined ? {} : { total })}
            exportName={`${name} ${w("aside_title")}`}
            exportAll={everything}
          />
        )}
      </Faces>
    </Page>
  );
}
