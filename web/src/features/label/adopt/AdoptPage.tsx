import { Checkbox, Select } from "antd";
import { useState } from "react";
import { asFault } from "../../../shared/api/fault";
import { useMay } from "../../../shared/api/useMe";
import { useProduct } from "../../../shared/api/useProduct";
import { useVersions } from "../../../shared/api/useVersions";
import { useFormat } from "../../../shared/format/useFormat";
import { ActionButton } from "../../../shared/keys/ActionButton";
import { useActions } from "../../../shared/keys/useActions";
import { Bones } from "../../../shared/page/Bones";
import { Empty } from "../../../shared/page/Empty";
import { FaultBand } from "../../../shared/page/FaultBand";
import { JobLine } from "../../../shared/page/JobLine";
import { Page } from "../../../shared/page/Page";
import { ReadFault } from "../../../shared/page/ReadFault";
import { useFilters } from "../../../shared/table/useFilters";
import { useWords } from "../../../shared/words/useWords";
import { useGuideline } from "../api";
import { LabelTabs } from "../LabelTabs";
import { useLabelName } from "../useLabelName";
import { choiceOf, decide, leaveOut, type Choice } from "./adoptChoice";
import { AdoptionsPane } from "./AdoptionsPane";
import { AdoptValues } from "./AdoptValues";
import { useAdopt, usePreview, type AdoptOrder } from "./useAdopt";
import css from "./adopt.module.css";

const names = ["version", "column", "text", "session", "speaker", "separator", "replace"] as const;
const separators = ["none", ";", "|", "、", ",", "/", "\n"];

/** AdoptPage takes over labels that stand in a file: which column, what each value means, what would happen; then one act that can be taken back. */
export function AdoptPage() {
  const w = useWords("label");
  const f = useFormat();
  const product = useProduct();
  const may = useMay("trainer");
  const versions = useVersions(product);
  const guideline = useGuideline(product, "latest");
  const { filters, set } = useFilters(names);
  const [choices, setChoices] = useState<Choice[]>([]);
  const version = versions.data?.find((v) => v.id === filters.version) ?? versions.data?.[0];
  const order: AdoptOrder | undefined = may && version
    ? {
        version_id: version.id, unknown: "suggested", choices,
        ...(filters.column ? { label_column: filters.column } : {}), ...(filters.text ? { text_column: filters.text } : {}),
        ...(filters.session ? { session_column: filters.session } : {}), ...(filters.speaker ? { speaker_column: filters.speaker } : {}),
        ...(filters.separator ? { separator: filters.separator } : {}), ...(filters.replace ? { replace: true } : {}),
      }
    : undefined;
  const preview = usePreview(product, order);
  const p = preview.data;
  const { start, job } = useAdopt(product);
  const known = guideline.data?.guideline.labels ?? [];
  const nameOf = useLabelName(guideline.data && { ...guideline.data, guideline: { ...guideline.data.guideline, labels: [...known, ...(p?.added ?? [])] } });
  const running = start.isPending || (!!job && job.state !== "failed" && job.state !== "cancelled");
  const ready = may && !!p && !preview.isPlaceholderData && !preview.error && p.taken_count > 0 && !running;
  const adopt = { id: "label.adopt", words: w("adopt_rows", { count: f.count(p?.taken_count ?? 0) }), key: "Ctrl Enter", when: () => ready, run: () => start.mutate({ ...p!.order, choices }) };
  const left = (p?.values ?? []).filter((v) => !v.label && !choices.some((c) => c.value === v.value));
  const allNew = { id: "label.adopt_new", words: w("adopt_all_new", { count: f.count(left.length) }), key: "A", when: () => left.length > 0 && !running, run: () => setChoices(decide(choices, ...left.map((v) => ({ value: v.value, new: true })))) };
  useActions(left.length ? [adopt, allNew] : [adopt]);
  const columns = (p?.columns ?? version?.columns ?? []).map((c) => ({ value: c, label: c }));
  const fresh = (change: Parameters<typeof set>[0]) => (setChoices([]), set(change));
  const rowsOf = (value: string) => version && p && `/${product}/data/${version.dataset}?version=v${version.number}&where=${encodeURIComponent(`${p.label_column}=${value}`)}`;
  const pick = (words: string, value: string | undefined, change: (v: string) => void, options: { value: string; label: string }[], clear = false) => (
    <Select size="small" className={css["pick"]!} prefix={<span className={css["pickName"]}>{words}</span>} aria-label={words} popupMatchSelectWidth={false} allowClear={clear} value={value || null} onChange={(v?: string) => change(v ?? "")} options={options} />
  );
  return (
    <Page
      title={w("title")}
      name={w("adopt_title")}
      acts={may && <>{left.length > 0 && <ActionButton action={allNew} />}<ActionButton type="primary" action={adopt} loading={running} /></>}
      bar={
        <>
          <LabelTabs />
          {version && (
            <div className={css["bar"]}>
              {pick(w("f_version"), version.id, (v) => fresh({ version: v, column: "", text: "", session: "", speaker: "", separator: "", replace: "" }), (versions.data ?? []).map((v) => ({ value: v.id, label: v.words })))}
              {pick(w("adopt_column"), p?.label_column ?? filters.column, (v) => fresh({ column: v, separator: "" }), columns)}
              {pick(w("adopt_text"), p?.order.text_column ?? filters.text, (v) => set({ text: v }), columns)}
              {(p?.order.session_column || p?.order.speaker_column) && pick(w("f_session"), p.order.session_column, (v) => set({ text: p.order.text_column ?? "", session: v }), columns)}
              {(p?.order.session_column || p?.order.speaker_column) && pick(w("f_speaker"), p.order.speaker_column, (v) => set({ text: p.order.text_column ?? "", speaker: v }), columns)}
              {p && (p.multi || (p.guideline_version === 0 && p.order.separator !== "none") || filters.separator) && pick(w("adopt_separator"), p.order.separator, (v) => fresh({ separator: v }), separators.map((value) => ({ value, label: value === "none" ? w("adopt_whole") : value === "\n" ? w("adopt_line") : value })))}
              {p && p.differ_count > 0 && <Checkbox checked={!!filters.replace} onChange={(e) => set({ replace: e.target.checked ? "1" : "" })}>{w("adopt_replace", { count: f.count(p.differ_count) })}</Checkbox>}
            </div>
          )}
        </>
      }
      pane={<AdoptionsPane product={product} />}
      flush
    >
      <ReadFault of={versions} />
      {preview.error && <FaultBand fault={asFault(preview.error)} retry={() => preview.refetch()} />}
      {start.error && <FaultBand fault={asFault(start.error)} />}
      {job && <JobLine job={job} />}
      {!may ? (
        <Empty text={w("adopt_ask_trainer")} />
      ) : versions.data?.length === 0 ? (
        <Empty text={w("adopt_no_data")} link={{ to: `/${product}/data`, words: w("adopt_to_data") }} />
      ) : !p ? (
        !preview.error && <Bones shape="rows" />
      ) : p.label_column === "" ? (
        <Empty text={w("adopt_no_column")} />
      ) : (
        <>
          <p className={css["say"]} role="status" data-adopt={p.taken_count}>
            {w("adopt_filled", { count: f.count(p.row_count), filled: f.count(p.filled_count) })}{" "}
            <b>{w("adopt_taken", { count: f.count(p.taken_count) })}</b>
            {p.left_count > 0 && <> {w("adopt_left", { count: f.count(p.left_count) })}</>}
            {p.clash_count > 0 && <> {w("adopt_clash", { count: f.count(p.clash_count), cell: p.clash ?? "" })}</>}
            {p.same_count > 0 && <> {w("adopt_same", { count: f.count(p.same_count) })}</>}
            {p.differ_count > 0 && !filters.replace && <> {w("adopt_differ", { count: f.count(p.differ_count) })}</>}
            {p.added.length > 0 && <> {w(p.guideline_version ? "adopt_added" : "adopt_first", { count: f.count(p.added.length), version: p.guideline_version + 1 })}</>}
          </p>
          {!preview.error && <AdoptValues values={p.values} labels={[...known, ...p.added]} nameOf={nameOf} rowsOf={rowsOf} disabled={running} choices={choices} choose={(value, chosen) => setChoices(decide(choices, choiceOf(value, chosen || leaveOut)))} />}
        </>
      )}
    </Page>
  );
}
