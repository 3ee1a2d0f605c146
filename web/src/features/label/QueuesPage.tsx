import { Button, Progress } from "antd";
import { useState } from "react";
import { Link, useNavigate } from "react-router";
import { api, ask } from "../../shared/api/client";
import { useJob } from "../../shared/api/useJob";
import { useMay } from "../../shared/api/useMe";
import { useProduct } from "../../shared/api/useProduct";
import { useFormat } from "../../shared/format/useFormat";
import { ActionButton } from "../../shared/keys/ActionButton";
import { useActions } from "../../shared/keys/useActions";
import { Bead } from "../../shared/page/Bead";
import { Empty } from "../../shared/page/Empty";
import { Faces } from "../../shared/page/Faces";
import { JobLine } from "../../shared/page/JobLine";
import { Page } from "../../shared/page/Page";
import type { Column } from "../../shared/table/columns";
import { DataTable } from "../../shared/table/DataTable";
import { useCursorList } from "../../shared/table/useCursorList";
import { useWords } from "../../shared/words/useWords";
import { useGuideline, type Queue } from "./api";
import { LabelTabs } from "./LabelTabs";
import { OpenQueueDrawer } from "./OpenQueueDrawer";
import css from "./label.module.css";

/** QueuesPage lists the queues: how far each is, what is disputed; Enter sits down at the desk. */
export function QueuesPage() {
  const w = useWords("label");
  const f = useFormat();
  const go = useNavigate();
  const product = useProduct();
  const mayOpen = useMay("trainer");
  const mayReview = useMay("reviewer");
  const guideline = useGuideline(product, "latest");
  const [drawer, setDrawer] = useState(false);
  const [jobID, setJobID] = useState<string>();
  const { job } = useJob(jobID);
  const list = useCursorList(["label", product, "queues"], (cursor, signal) =>
    ask(api.GET("/api/v1/products/{product}/queues", { signal, params: { path: { product }, query: { cursor, limit: 200 } } })),
  );
  const newQueue = { id: "label.open", words: w("open_queue"), key: "N", when: () => mayOpen && !!guideline.data, run: () => setDrawer(true) };
  const noGuideline = guideline.data === null;
  const write = { id: "label.write", words: w("write_guideline"), key: "N", when: () => mayOpen, run: () => void go(`/${product}/label/guideline`) };
  useActions(noGuideline ? [write] : [newQueue]);
  const adopt = mayOpen ? { link: { to: `/${product}/label/adopt`, words: w("adopt_ask") } } : {};
  const to = (q: Queue, rest = "") => `/${product}/label/queues/${q.id}${rest}`;
  const state = (q: Queue) => w(`state_${q.state}`);
  const columns: Column<Queue>[] = [
    {
      key: "name", title: w("col_name"), plain: (r) => r.name,
      cell: (r) => <span className={css["state"]}><Bead state={r.state === "open" ? (r.disputed_count ? "cinnabar" : "amber") : r.state === "closed" ? "jade" : "hollow"} words={state(r)} /><Link to={to(r)} onClick={(e) => e.stopPropagation()}>{r.name}</Link></span>,
    },
    { key: "progress", title: w("col_progress"), width: 120, cell: (r) => <Progress percent={r.task_count ? Math.round((100 * r.answer_count) / (r.task_count * r.annotators)) : 0} showInfo={false} size={["100%", 5]} aria-label={w("progress")} /> },
    { key: "answers", title: w("col_answers"), width: 130, align: "right", plain: (r) => r.answer_count, cell: (r) => <Link to={to(r, "/tasks")} data-grouped onClick={(e) => e.stopPropagation()}>{f.count(r.answer_count)} / {f.count(r.task_count * r.annotators)}</Link> },
    { key: "settled", title: w("col_settled"), width: 90, align: "right", plain: (r) => r.settled_count, cell: (r) => <Link to={to(r, "/tasks?state=settled")} onClick={(e) => e.stopPropagation()}>{f.count(r.settled_count)}</Link> },
    { key: "disputed", title: w("col_disputed"), width: 90, align: "right", plain: (r) => r.disputed_count, cell: (r) => <Link to={to(r, "/quality")} onClick={(e) => e.stopPropagation()}>{f.count(r.disputed_count)}</Link> },
    { key: "annotators", title: w("col_annotators"), width: 90, align: "right", plain: (r) => r.annotators, cell: (r) => r.annotators },
    { key: "guideline", title: w("col_guideline"), width: 80, plain: (r) => `v${r.guideline_version}`, cell: (r) => <Link to={`/${product}/label/guideline?version=v${r.guideline_version}`} onClick={(e) => e.stopPropagation()}>v{r.guideline_version}</Link> },
    { key: "state", title: w("col_state"), width: 90, plain: state, cell: state },
    { key: "created", title: w("col_created"), width: 130, plain: (r) => new Date(r.created_us / 1000), cell: (r) => f.time(r.created_us) },
    { key: "acts", title: w("col_acts"), width: 120, cell: (r) => mayReview && <Button type="text" size="small" onClick={(e) => (e.stopPropagation(), go(to(r, "/quality")))}>{w("to_quality")}</Button> },
  ];
  return (
    <Page title={w("title")} acts={mayOpen && !noGuideline && <ActionButton type="primary" action={newQueue} />} bar={<LabelTabs />} flush>
      {job && <JobLine job={job} />}
      <Faces
        of={list.query}
        empty={
          noGuideline ? (
            <Empty text={w("empty_guideline")} act={mayOpen && <ActionButton type="primary" action={write} />} {...adopt} />
          ) : (
            <Empty text={w("empty")} act={mayOpen && <ActionButton action={newQueue} />} {...adopt} />
          )
        }
      >
        {(rows) => <DataTable id="label.queues" label={w("tab_queues")} columns={columns} rows={rows} rowKey={(r) => r.id} hasMore={list.hasMore} more={list.more} open={(r) => go(to(r))} exportName={w("tab_queues")} />}
      </Faces>
      {drawer && <OpenQueueDrawer product={product} name={w("f_name_next", { number: list.rows.length + 1 })} close={() => setDrawer(false)} started={(id) => (setJobID(id), setDrawer(false))} />}
    </Page>
  );
}
