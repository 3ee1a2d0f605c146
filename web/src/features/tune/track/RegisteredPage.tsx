import { Button } from "antd";
import { useState } from "react";
import { Link, useParams } from "react-router";
import { useMay } from "../../../shared/api/useMe";
import { useProduct } from "../../../shared/api/useProduct";
import { useFormat } from "../../../shared/format/useFormat";
import { Chip } from "../../../shared/page/Chip";
import { Faces } from "../../../shared/page/Faces";
import { Page } from "../../../shared/page/Page";
import { Pane } from "../../../shared/page/Pane";
import type { Column } from "../../../shared/table/columns";
import { DataTable } from "../../../shared/table/DataTable";
import { useWords } from "../../../shared/words/useWords";
import css from "../tune.module.css";
import { AskStage } from "./AskStage";
import { useModel, type ModelVersion } from "./api";
import { Requests } from "./Requests";
import { StageChip } from "./StageChip";

/** RegisteredPage is one registered model: its versions, where each stands, and who asked for that and who approved. */
export function RegisteredPage() {
  const w = useWords("tune");
  const f = useFormat();
  const product = useProduct();
  const may = useMay("trainer");
  const { model: name = "" } = useParams();
  const model = useModel(product, name);
  const [asking, setAsking] = useState<ModelVersion>();
  const columns: Column<ModelVersion>[] = [
    { key: "version", title: w("col_version"), cell: (v) => <b>v{v.version}</b>, plain: (v) => v.version, width: 80 },
    { key: "stage", title: w("col_stage"), cell: (v) => <StageChip stage={v.stage} />, plain: (v) => w(`stage_${v.stage}`), width: 110 },
    { key: "aliases", title: w("col_aliases"), cell: (v) => v.aliases.map((a) => <Chip key={a} tone="azurite">@{a}</Chip>), plain: (v) => v.aliases.join(" "), width: 140 },
    { key: "run", title: w("col_made_by"), cell: (v) => (v.run_id ? <Link to={`/${product}/tune/runs/${v.run_id}`}>{w("see_run")}</Link> : "—"), plain: (v) => v.run_id, width: 120 },
    { key: "description", title: w("col_description"), cell: (v) => v.description, plain: (v) => v.description },
    { key: "source", title: w("col_source"), cell: (v) => v.source, plain: (v) => v.source, hidden: true },
    { key: "created", title: w("col_registered"), cell: (v) => f.time(v.created_us), plain: (v) => new Date(v.created_us / 1000), width: 140 },
    { key: "ask", title: "", cell: (v) => may && <Button type="text" size="small" onClick={() => setAsking(v)}>{w("ask_act")}</Button>, width: 110 },
  ];
  const requests = model.data?.requests ?? [];
  return (
    <Page title={w("title")} name={name} facts={<><Link to={`/${product}/tune/registry`}>{w("tab_registry")}</Link>{model.data?.description && ` · ${model.data.description}`}</>} flush pane={<Pane title={w("requests")}>{requests.length ? <Requests product={product} requests={requests} /> : <p className={css["caption"]}>{w("requests_none")}</p>}</Pane>}>
      <Faces of={model}>{(m) => <DataTable id="tune.versions" label={w("col_versions")} columns={columns} rows={m.versions} rowKey={(v) => v.version} total={m.versions.length} exportName={name} />}</Faces>
      {asking && <AskStage product={product} version={asking} onClose={() => setAsking(undefined)} />}
    </Page>
  );
}
