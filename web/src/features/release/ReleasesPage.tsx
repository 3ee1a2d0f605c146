import { Segmented } from "antd";
import { useState } from "react";
import { Link } from "react-router";
import { Button } from "antd";
import { api, ask } from "../../shared/api/client";
import { asFault } from "../../shared/api/fault";
import { useMay } from "../../shared/api/useMe";
import { useProduct } from "../../shared/api/useProduct";
import { useFormat } from "../../shared/format/useFormat";
import { ActionButton } from "../../shared/keys/ActionButton";
import type { Action } from "../../shared/keys/actions";
import { useActions } from "../../shared/keys/useActions";
import { Chip, type Tone } from "../../shared/page/Chip";
import { Empty } from "../../shared/page/Empty";
import { Faces } from "../../shared/page/Faces";
import { FaultBand } from "../../shared/page/FaultBand";
import { ReadFault } from "../../shared/page/ReadFault";
import { Figures } from "../../shared/page/Figures";
import { Page } from "../../shared/page/Page";
import { Pane } from "../../shared/page/Pane";
import type { Column } from "../../shared/table/columns";
import { DataTable } from "../../shared/table/DataTable";
import { useCursorList } from "../../shared/table/useCursorList";
import { useFilters } from "../../shared/table/useFilters";
import { useWords } from "../../shared/words/useWords";
import { useFigures, useModelNumbers, usePublications, type Release } from "./api";
import { differs, figureOf, measures, share } from "./differs";
import { Embed } from "./Embed";
import { Gate } from "./Gate";
import { LiveChart } from "./LiveChart";
import { OverruleModal } from "./OverruleModal";
import { Publications } from "./Publications";
import { ReleaseDrawer } from "./ReleaseDrawer";
import { Seal } from "./Seal";
import { noteOf } from "./noteOf";
import { usePutLive } from "./usePutLive";
import { Voices } from "./Voices";
import css from "./release.module.css";

const spans = [1, 24, 168];
const tones: Record<string, Tone> = { live: "jade", candidate: "azurite", retired: "plain" };

/** ReleasesPage is what is live, how it does, and what could be. */
export function ReleasesPage() {
  const w = useWords("release");
  const f = useFormat();
  const product = useProduct();
  const may = useMay("trainer");
  const mayOverrule = useMay("lead");
  const { filters, set } = useFilters(["hours", "row"] as const);
  const hours = Number(filters.hours) || 24;
  const list = useCursorList(["release", product, "releases"], (cursor, signal) =>
    ask(api.GET("/api/v1/products/{product}/releases", { signal, params: { path: { product }, query: { cursor, limit: 200 } } })),
  );
  const figures = useFigures(product, hours);
  const models = useModelNumbers(product).data;
  const log = usePublications(product).data?.items ?? [];
  const { put, take } = usePutLive(product);
  const [over, setOver] = useState<Release>();
  const live = list.rows.find((r) => r.state === "live");
  const newest = list.rows[0];
  const candidate = newest && newest.state === "candidate" ? newest : undefined;
  const before = (r: Release) => list.rows.find((x) => x.number < r.number);
  const signed = (r: Release) => log.find((p) => p.release_id === r.id && p.kind === "publish");
  const own = live && figureOf(figures.data?.releases, live.id);
  const to = (more: string) => `turns?release=${live?.name ?? ""}&hours=${hours}${more}`;
  const modelName = (r: Release) => models?.get(r.model_id) ?? r.model_id.slice(0, 8);

  const putAct = (r: Release, key?: string): Action => ({ id: "release.put", words: w("put", { name: r.name }), ...(key ? { key } : {}), when: () => may && !put.isPending, run: () => put.mutate({ release: r }) });
  const back: Action = { id: "release.take_back", words: w("take_back", { name: live?.name ?? "" }), key: "Z", when: () => may && !!live && log.some((p) => p.before_id) && !take.isPending, run: () => take.mutate(live!.name) };
  const main = candidate && putAct(candidate, "S");
  useActions(main ? [back, main] : [back]);
  const opened = list.rows.find((r) => r.name === filters.row || r.id === filters.row);
  const openedAct = opened && opened.state !== "live" ? putAct(opened, "S") : undefined;
  const refused = put.error && asFault(put.error).code === "serve.gate_refused" ? put.variables?.release : undefined;

  const columns: Column<Release>[] = [
    { key: "name", title: w("col_name"), cell: (r) => <b>{r.name}</b>, plain: (r) => r.name, width: 72 },
    { key: "state", title: w("col_state"), cell: (r) => <Chip tone={tones[r.state] ?? "plain"}>{w(`state_${r.state}`)}</Chip>, plain: (r) => w(`state_${r.state}`), width: 88 },
    {
      key: "differs",
      title: w("col_differs"),
      cell: (r) => {
        const parts = differs(r, before(r));
        const said = parts.map((p) => (p === "model" ? `${w("part_model")} ${modelName(r)}` : p === "guideline" ? `${w("part_guideline")} v${r.guideline_version ?? 0}` : w(`part_${p}`))).join(" · ");
        return <span>{[noteOf(r.note, w), said || w("same")].filter(Boolean).join(" · ")}</span>;
      },
      plain: (r) => [noteOf(r.note, w), ...differs(r, before(r)).map((p) => w(`part_${p}`))].filter(Boolean).join(" · "),
    },
    { key: "turns", title: w("turns"), cell: (r) => f.count(figureOf(figures.data?.releases, r.id)?.turns ?? 0), plain: (r) => figureOf(figures.data?.releases, r.id)?.turns ?? 0, width: 84, align: "right" },
    { key: "gate", title: w("gate"), cell: (r) => <Gate report={r.report_id} />, plain: (r) => r.report_id ?? "", width: 84 },
    { key: "created_us", title: w("col_created_us"), cell: (r) => f.time(r.created_us), plain: (r) => new Date(r.created_us / 1000), width: 124 },
    { key: "seal", title: w("col_by"), cell: (r) => (signed(r) ? <Seal name={signed(r)!.actor} words={w("sealed", { name: signed(r)!.actor })} /> : r.created_by), plain: (r) => signed(r)?.actor ?? r.created_by ?? "", width: 96 },
  ];
  return (
    <Page
      title={w("title")}
      facts={
        live && (
          <>
            {w("state_live")} <b>{live.name}</b> {candidate && <>+ {w("state_candidate")} <b>{candidate.name}</b></>} {f.time(signed(live)?.at_us ?? live.created_us)}
            {own && <> · p50 <b data-measure>{(own.p50_us / 1000).toFixed(1)} ms</b> · p99 <b data-measure>{(own.p99_us / 1000).toFixed(1)} ms</b></>}
          </>
        )
      }
      acts={
        <>
          <Link to="turns"><Button tabIndex={-1}>{w("live_turns")}</Button></Link>
          {live && <ActionButton danger action={back} loading={take.isPending} />}
          {main && <ActionButton type="primary" action={main} loading={put.isPending} />}
        </>
      }
      bar={
        own && (
          <Figures
            of={[
              { label: w("turns"), value: f.count(own.turns), to: to(""), base: w("sessions", { count: own.sessions }) },
              { label: w("missed"), value: f.percent(share(own.missed, own.turns)), unit: "%", to: to("&band=fallback&state=bot"), base: f.count(own.missed) },
              { label: w("offered"), value: f.percent(share(own.offered, own.turns)), unit: "%", to: to("&band=offer&state=bot"), base: f.count(own.offered) },
              { label: w("handed"), value: f.percent(share(own.handed, own.sessions)), unit: "%", to: to("&state=handover"), base: w("sessions", { count: own.handed }) },
              { label: w("rated_bad"), value: f.count(own.bad), to: to("&rating=bad"), base: w("rated_of", { count: own.good + own.bad }) },
            ]}
          />
        )
      }
      pane={
        <Pane title={w("channel")} width={348}>
          <Embed product={product} />
          <Voices product={product} />
          <Publications product={product} />
        </Pane>
      }
      flush
    >
      {put.error && (
        <FaultBand fault={asFault(put.error)} />
      )}
      {refused && mayOverrule && <p className={css["overrule"]}><Button size="small" danger onClick={() => setOver(refused)}>{w("overrule", { name: refused.name })}</Button></p>}
      {take.error && <FaultBand fault={asFault(take.error)} retry={() => live && take.mutate(live.name)} />}
      <ReadFault of={figures} />
      <Faces of={list.query} empty={<Empty text={w("empty")} link={{ to: `/${product}/evaluate`, words: w("to_evaluate") }} />}>
        {(rows) => (
          <>
            {figures.data && (figures.data.releases ?? []).length > 0 && (
              <div className={css["charts"]}>
                {measures.map((m) => (
                  <LiveChart key={m.id} measure={m} releases={figures.data!.releases ?? []} fromUS={figures.data!.from_us} toUS={figures.data!.to_us} />
                ))}
              </div>
            )}
            <div className={css["listHead"]}>
              <h2>{w("releases")} <span>{f.count(rows.length)}</span></h2>
              <Segmented size="small" aria-label={w("span")} value={hours} onChange={(h) => set({ hours: h === 24 ? "" : String(h) })} options={spans.map((h) => ({ value: h, label: w(`span_${h}`) }))} />
            </div>
            <DataTable id="release.releases" label={w("releases")} columns={columns} rows={rows} rowKey={(r) => r.id} open={(r) => set({ row: r.name })} hasMore={list.hasMore} more={list.more} exportName={w("title")} />
          </>
        )}
      </Faces>
      {opened && <ReleaseDrawer release={opened} before={before(opened)} product={product} model={modelName(opened)} act={openedAct} onClose={() => set({ row: "" })} />}
      {over && <OverruleModal name={over.name} why={put.error ? asFault(put.error).detail : ""} busy={put.isPending} onClose={() => setOver(undefined)} onDo={(overrule) => put.mutate({ release: over, overrule }, { onSettled: () => setOver(undefined) })} />}
    </Page>
  );
}
