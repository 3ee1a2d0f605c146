import { useNavigate } from "react-router";
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
import { JobLine } from "../../shared/page/JobLine";
import { Page } from "../../shared/page/Page";
import type { Column } from "../../shared/table/columns";
import { DataTable } from "../../shared/table/DataTable";
import { useCursorList } from "../../shared/table/useCursorList";
import { useWords } from "../../shared/words/useWords";
import { nameOf, type Made } from "./api";
import { useTrain } from "./useTrain";
import css from "./model.module.css";

/** ModelsPage is the list of models; R trains the next one. */
export function ModelsPage() {
  const w = useWords("model");
  const f = useFormat();
  const go = useNavigate();
  const product = useProduct();
  const may = useMay("trainer");
  const list = useCursorList<Made>(["model", product, "models"], async (cursor, signal) => {
    const page = await ask(api.GET("/api/v1/products/{product}/models", { signal, params: { path: { product }, query: { ...(cursor ? { cursor } : {}), limit: 200 } } }));
    return { ...page, items: page.items ?? [] };
  });
  const { start, job, busy } = useTrain();
  const train = { id: "model.train", words: w("train"), key: "R", when: () => may && !busy, run: () => start.mutate({ seed: 1 }) };
  useActions([train]);
  const held = (r: Made, name: string) => r.metrics?.[`held_${name}`];
  const columns: Column<Made>[] = [
    { key: "number", title: w("col_number"), cell: (r) => <b>{nameOf(r)}</b>, plain: nameOf, width: 90 },
    { key: "learner", title: w("col_learner"), cell: (r) => r.learner, plain: (r) => r.learner },
    { key: "example_count", title: w("col_example_count"), cell: (r) => f.count(r.example_count), plain: (r) => r.example_count, width: 100, align: "right" },
    { key: "label_count", title: w("col_label_count"), cell: (r) => f.count(r.label_count), plain: (r) => r.label_count, width: 80, align: "right" },
    { key: "accuracy", title: w("col_accuracy"), cell: (r) => (held(r, "accuracy") === undefined ? "—" : `${f.percent(held(r, "accuracy")!)} %`), plain: (r) => held(r, "accuracy"), width: 130, align: "right" },
    { key: "micro_f1", title: w("col_micro_f1"), cell: (r) => (held(r, "micro_f1") === undefined ? "—" : f.score(held(r, "micro_f1")!, 3)), plain: (r) => held(r, "micro_f1"), width: 120, align: "right" },
    { key: "seconds", title: w("col_seconds"), cell: (r) => f.duration(r.seconds), plain: (r) => r.seconds, width: 90, align: "right" },
    { key: "size_bytes", title: w("col_size"), cell: (r) => f.bytes(r.size_bytes), plain: (r) => r.size_bytes, width: 90, align: "right", hidden: true },
    { key: "created_us", title: w("col_created_us"), cell: (r) => f.time(r.created_us), plain: (r) => new Date(r.created_us / 1000), width: 150 },
    { key: "simulated", title: w("col_simulated"), cell: (r) => r.simulated && <Chip>{w("simulated")}</Chip>, plain: (r) => r.simulated, width: 80 },
  ];
  return (
    <Page title={w("title")} facts={w("models_note")} acts={<ActionButton type="primary" action={train} loading={start.isPending} />} flush>
      {start.error && <FaultBand fault={asFault(start.error)} retry={() => start.mutate({ seed: 1 })} />}
      {job && <div className={css["job"]}><JobLine job={job} /></div>}
      <Faces of={list.query} empty={<Empty text={w("empty")} act={<ActionButton action={{ ...train, id: "model.first" }} />} link={{ to: `/${product}/label`, words: w("to_label") }} />}>
        {(rows) => <DataTable id="model.models" label={w("title")} columns={columns} rows={rows} rowKey={(r) => r.id} hasMore={list.hasMore} more={list.more} open={(r) => void go(nameOf(r))} exportName={w("title")} />}
      </Faces>
    </Page>
  );
}
