import { useNavigate } from "react-router";
import { useQuery } from "@tanstack/react-query";
import { api, ask } from "../../../shared/api/client";
import { useProduct } from "../../../shared/api/useProduct";
import { useFormat } from "../../../shared/format/useFormat";
import { Chip } from "../../../shared/page/Chip";
import { Empty } from "../../../shared/page/Empty";
import { Faces } from "../../../shared/page/Faces";
import { Page } from "../../../shared/page/Page";
import type { Column } from "../../../shared/table/columns";
import { DataTable } from "../../../shared/table/DataTable";
import { useWords } from "../../../shared/words/useWords";
import { TuneTabs } from "../TuneTabs";
import type { RegisteredModel } from "./api";

/** RegistryPage is the registered models with the version at each stage and what waits for a lead. */
export function RegistryPage() {
  const w = useWords("tune");
  const f = useFormat();
  const go = useNavigate();
  const product = useProduct();
  const list = useQuery({ queryKey: ["tune", product, "registry"], queryFn: ({ signal }) => ask(api.GET("/api/v1/products/{product}/registered-models", { signal, params: { path: { product } } })) });
  const at = (m: RegisteredModel, stage: string) => m.latest.find((v) => v.stage === stage)?.version;
  const columns: Column<RegisteredModel>[] = [
    { key: "name", title: w("col_model"), cell: (m) => <b>{m.name}</b>, plain: (m) => m.name },
    { key: "versions", title: w("col_versions"), cell: (m) => f.count(m.version_count), plain: (m) => m.version_count, width: 90, align: "right" },
    ...["Production", "Staging"].map((stage): Column<RegisteredModel> => ({ key: stage, title: w(`stage_${stage}`), cell: (m) => (at(m, stage) ? `v${at(m, stage)}` : "—"), plain: (m) => at(m, stage) ?? "", width: 110 })),
    { key: "asked", title: w("col_asked"), cell: (m) => m.asked_count > 0 && <Chip tone="cinnabar">{w("waits", { count: m.asked_count })}</Chip>, plain: (m) => m.asked_count, width: 110 },
    { key: "description", title: w("col_description"), cell: (m) => m.description, plain: (m) => m.description },
    { key: "changed", title: w("col_changed"), cell: (m) => f.time(m.changed_us), plain: (m) => new Date(m.changed_us / 1000), width: 150 },
  ];
  return (
    <Page title={w("title")} facts={w("registry_note")} bar={<TuneTabs />} flush>
      <Faces of={list} empty={<Empty text={w("registry_empty")} link={{ to: `/${product}/tune/runs`, words: w("tab_runs") }} />}>
        {(page) => <DataTable id="tune.registry" label={w("tab_registry")} columns={columns} rows={page.items} rowKey={(m) => m.name} total={page.items.length} open={(m) => void go(encodeURIComponent(m.name))} exportName={w("tab_registry")} />}
      </Faces>
    </Page>
  );
}
