import { useQuery, useQueryClient } from "@tanstack/react-query";
import { Button } from "antd";
import { useMemo, useState } from "react";
import { api, ask, type Schemas } from "../../../shared/api/client";
import { asFault, type Fault } from "../../../shared/api/fault";
import { useFormat } from "../../../shared/format/useFormat";
import { ActionButton } from "../../../shared/keys/ActionButton";
import { useActions } from "../../../shared/keys/useActions";
import { FaultBand } from "../../../shared/page/FaultBand";
import { Faces } from "../../../shared/page/Faces";
import type { Column } from "../../../shared/table/columns";
import { DataTable } from "../../../shared/table/DataTable";
import { useCursorList } from "../../../shared/table/useCursorList";
import { did } from "../../../shared/undo/undo";
import { useWords } from "../../../shared/words/useWords";
import { usePeopleNames } from "../../../shared/api/usePeopleNames";
import type { Saved } from "../api";
import { RuleDrawer } from "../desk/RuleDrawer";
import { initial } from "../initial";
import { Labels } from "../Labels";
import { Decision } from "./Decision";
import { ReturnDialog } from "./ReturnDialog";
import label from "../label.module.css";
import css from "./quality.module.css";

type Row = Pick<Schemas["LabelReviewed"], "id" | "row_id" | "text" | "context" | "answers"> & { gold?: string[] | null };

interface Props {
  product: string;
  queue: string;
  saved: Saved;
  nameOf: (id: string) => string;
  /** sampling is the seed of an inspection: settled rows instead of disputes. */
  sampling: number | undefined;
  endSampling: () => void;
  mayReview: boolean;
}

/** Disputes is the list of rows on which people disagree, or of settled rows drawn for inspection: one key decides. */
export function Disputes({ product, queue, saved, nameOf, sampling, endSampling, mayReview }: Props) {
  const w = useWords("label");
  const f = useFormat();
  const client = useQueryClient();
  const personName = usePeopleNames();
  const [at, setAt] = useState<string>();
  const [decided, setDecided] = useState<string[]>([]);
  const [open, setOpen] = useState<"" | "decide" | "rule" | "return">("");
  const [fault, setFault] = useState<Fault>();
  const list = useCursorList<Row>(["label", product, "disputes", queue], (cursor, signal) => ask(api.GET("/api/v1/queues/{queue}/disputes", { signal, params: { path: { queue }, query: { cursor, limit: 200 } } })));
  const samples = useQuery({
    queryKey: ["label", product, "samples", queue, sampling],
    enabled: sampling !== undefined,
    queryFn: async ({ signal }) => (await ask(api.GET("/api/v1/queues/{queue}/samples", { signal, params: { path: { queue }, query: { count: 20, seed: sampling } } }))).items as Row[],
  });
  const source = sampling === undefined ? list.query : samples;
  const rows = useMemo(() => (source.data ?? []).filter((r) => !decided.includes(r.id)), [source.data, decided]);
  const here = rows.find((r) => r.id === at) ?? rows[0];

  const decide = async (row: Row, labels: string[]) => {
    const next = rows[rows.indexOf(row) + 1] ?? rows[rows.indexOf(row) - 1];
    setDecided((d) => [...d, row.id]);
    setAt(next?.id);
    setOpen("");
    setFault(undefined);
    const put = () => ask(api.POST("/api/v1/tasks/{task}/adjudications", { params: { path: { task: row.id } }, body: { labels } }));
    const stale = () => client.invalidateQueries({ queryKey: ["label", product] });
    try {
      await put();
      did({
        words: w("decided", { labels: labels.map(nameOf).join(w("comma")) || w("no_label") }),
        undo: async () => {
          await ask(api.DELETE("/api/v1/products/{product}/gold/{row}", { params: { path: { product, row: row.row_id } } }));
          setDecided((d) => d.filter((id) => id !== row.id));
          setAt(row.id);
          await stale();
        },
      });
      void stale();
    } catch (e) {
      setDecided((d) => d.filter((id) => id !== row.id));
      setAt(row.id);
      setFault(asFault(e));
    }
  };
  const sendBack = async (row: Row, reason: string) => {
    setOpen("");
    try {
      await ask(api.POST("/api/v1/tasks/{task}/returns", { params: { path: { task: row.id } }, body: { reason } }));
      setDecided((d) => [...d, row.id]);
      void client.invalidateQueries({ queryKey: ["label", product] });
    } catch (e) {
      setFault(asFault(e));
    }
  };

  const can = () => mayReview && !!here && open === "";
  const sides = Math.max(2, ...rows.slice(0, 50).map((r) => r.answers?.length ?? 0));
  const decideAct = { id: "label.decide", words: w("decide"), key: "C", when: can, run: () => setOpen("decide") };
  const returnAct = { id: "label.return", words: w("send_back"), key: "X", when: can, run: () => setOpen("return") };
  useActions([
    ...Array.from({ length: Math.min(9, sides) }, (_, i) => ({
      id: `label.side.${i + 1}`, words: w("take_side", { number: i + 1 }), key: String(i + 1), when: () => can() && !!here?.answers?.[i], run: () => void decide(here!, here!.answers![i]!.labels ?? []), hidden: i > 1,
    })),
    decideAct,
    returnAct,
    { id: "label.dispute_rule", words: w("act_rule"), key: ";", run: () => setOpen("rule") },
  ]);

  const numberOf = (id: string) => (saved.guideline.labels ?? []).findIndex((l) => l.id === id) + 1;
  const differing = (r: Row) => [...new Set(r.answers?.flatMap((a) => a.labels ?? []))].filter((l) => !r.answers?.every((a) => a.labels?.includes(l)));
  const side = (i: number): Column<Row> => ({
    key: `side${i}`, title: sides === 2 ? w(i === 0 ? "one_says" : "other_says") : w("person_says", { number: i + 1 }), width: 168,
    plain: (r) => r.answers?.[i] && `${personName(r.answers[i].person)}: ${r.answers[i].labels?.map(nameOf).join(w("comma"))}`,
    cell: (r) => r.answers?.[i] && (
      <button type="button" className={css["side"]} disabled={!mayReview} onClick={(e) => (e.stopPropagation(), void decide(r, r.answers![i]!.labels ?? []))} title={w("take_side", { number: i + 1 })}>
        <kbd aria-hidden>{i + 1}</kbd>
        <i className={label["person"]} title={personName(r.answers[i].person)}>{initial(personName(r.answers[i].person))}</i>
        <Labels of={r.answers[i].labels} nameOf={nameOf} />
      </button>
    ),
  });
  const columns: Column<Row>[] = [
    { key: "text", title: w("col_row_text"), cell: (r) => r.text, plain: (r) => r.text },
    ...Array.from({ length: Math.min(4, sides) }, (_, i) => side(i)),
    ...(sampling === undefined ? [] : [{ key: "gold", title: w("col_gold"), width: 130, cell: (r: Row) => <Labels of={r.gold} nameOf={nameOf} tone="jade" />, plain: (r: Row) => r.gold?.map(nameOf).join(w("comma")) }]),
    { key: "rules", title: w("col_rules"), width: 90, plain: (r) => differing(r).map(numberOf).join(" / "), cell: (r) => <button type="button" className={css["toRule"]} onClick={(e) => (e.stopPropagation(), setAt(r.id), setOpen("rule"))}>{differing(r).slice(0, 3).map(numberOf).join(" / ") || "—"}</button> },
  ];
  return (
    <>
      <h2 data-total={rows.length}>
        {sampling === undefined ? w("disputes") : w("sampled")} <span>{sampling === undefined ? w("disputes_wait", { count: f.count(rows.length) }) : w("sampled_note", { count: f.count(rows.length), seed: sampling })}</span>
        {mayReview && rows.length > 0 && (
          <span className={css["headActs"]}>
            {sampling !== undefined && <Button size="small" onClick={endSampling}>{w("to_disputes")}</Button>}
            <ActionButton size="small" action={returnAct} />
            <ActionButton size="small" action={decideAct} />
          </span>
        )}
      </h2>
      {fault && <FaultBand fault={fault} retry={() => setFault(undefined)} />}
      <Faces of={source} isEmpty={() => rows.length === 0} empty={<p className={css["few"]} data-face="empty">{sampling === undefined ? w("no_disputes") : w("no_samples")}</p>}>
        {() => (
          <DataTable
            id="label.disputes" label={w("disputes")} columns={columns} rows={rows} rowKey={(r) => r.id} hasMore={sampling === undefined && list.hasMore} more={list.more} total={rows.length}
            current={here?.id} onCurrent={(r) => setAt(r.id)} exportName={w("disputes")}
            peek={(r) => <div className={label["peek"]}>{[...(r.context ?? []).map((l) => `${w(`who_${l.who}`)}：${l.text}`), r.text].join("\n")}</div>}
          />
        )}
      </Faces>
      {open === "decide" && here && <Decision row={here} saved={saved} nameOf={nameOf} decide={(labels) => void decide(here, labels)} close={() => setOpen("")} />}
      {open === "return" && here && <ReturnDialog text={here.text} sendBack={(reason) => void sendBack(here, reason)} close={() => setOpen("")} />}
      <RuleDrawer open={open === "rule"} saved={saved} label={here && differing(here)[0]} nameOf={nameOf} product={product} close={() => setOpen("")} />
    </>
  );
}
