import { useMutation, useQueryClient } from "@tanstack/react-query";
import { Button, Segmented } from "antd";
import { useState } from "react";
import { Link, useNavigate } from "react-router";
import { api, ask } from "../../../shared/api/client";
import { asFault } from "../../../shared/api/fault";
import { useMay } from "../../../shared/api/useMe";
import { useFormat } from "../../../shared/format/useFormat";
import { ActionButton } from "../../../shared/keys/ActionButton";
import { useActions } from "../../../shared/keys/useActions";
import { FaultBand } from "../../../shared/page/FaultBand";
import { Page } from "../../../shared/page/Page";
import { useFilters } from "../../../shared/table/useFilters";
import { did } from "../../../shared/undo/undo";
import { useWords } from "../../../shared/words/useWords";
import { usePeopleNames } from "../../../shared/api/usePeopleNames";
import type { Saved } from "../api";
import { LabelTabs } from "../LabelTabs";
import { addAt, removeAt } from "./document";
import { GuidelinePane } from "./GuidelinePane";
import { LabelForm } from "./LabelForm";
import { LabelList } from "./LabelList";
import { SourceEditor } from "./SourceEditor";
import { useDraft } from "./useDraft";
import css from "./guideline.module.css";

/** Editor is one version of the guideline as form and as text; the newest one can be changed and saved as the next. */
export function Editor({ product, saved, old }: { product: string; saved: Saved; old: boolean }) {
  const w = useWords("label");
  const f = useFormat();
  const go = useNavigate();
  const client = useQueryClient();
  const personName = usePeopleNames();
  const mayEdit = useMay("trainer") && !old;
  const draft = useDraft(old ? `${product}.v${saved.version}` : product, { version: saved.version, source: saved.source ?? "" });
  const { filters, set } = useFilters(["label", "as"]);
  const [added, setAdded] = useState(0);
  const labels = draft.form?.labels ?? [];
  const at = Math.max(0, labels.findIndex((l) => l.id === filters.label));
  const asText = filters.as === "text" || !draft.form;
  const save = useMutation({
    mutationFn: () => ask(api.POST("/api/v1/products/{product}/guidelines", { params: { path: { product } }, body: { source: draft.source, revision: draft.base } })),
    onSuccess: async () => {
      draft.drop();
      await client.invalidateQueries({ queryKey: ["label", product] });
    },
  });
  const addLabel = () => {
    const id = fresh("label", labels.map((l) => l.id));
    draft.set(addAt(draft.doc(), ["labels"], { id, zh: w("new_label") }).source);
    set({ label: id, as: "" });
    setAdded(added + 1);
  };
  const removeLabel = (n: number) => {
    const before = draft.source;
    draft.set(removeAt(draft.doc(), ["labels"], n));
    did({ words: w("label_removed", { label: labels[n]!.zh || labels[n]!.id }), undo: () => draft.set(before) });
  };
  const saveAct = { id: "label.save", words: w("save_version", { version: draft.base + 1 }), key: "Ctrl S", when: () => mayEdit && draft.dirty && !save.isPending && !draft.problem, run: () => save.mutate() };
  const addAct = { id: "label.add", words: w("add_label"), key: "N", when: () => mayEdit && !!draft.form, run: addLabel };
  const examAct = { id: "label.exam", words: w("take_exam"), key: "R", when: () => saved.version > 0, run: () => void go(`/${product}/label/guideline/exam?version=v${saved.version}`) };
  useActions([saveAct, addAct, examAct]);
  const examples = labels.reduce((n, l) => n + l.examples.length, 0);
  return (
    <Page
      title={w("title")}
      name={draft.form?.name || saved.guideline.name || w("tab_guideline")}
      facts={
        <>
          {saved.version > 0 ? `v${saved.version}` : w("not_saved")} · <Link to={`/${product}/label/guideline`}><b>{f.count(labels.length)}</b></Link> {w("n_labels")} · <Link to={`/${product}/label/guideline/exam?version=v${saved.version}`}><b>{f.count(examples)}</b></Link> {w("n_examples")}
          {saved.created_us > 0 && <> · {f.time(saved.created_us)} {saved.actor_id && personName(saved.actor_id)}</>}
          {draft.dirty && <> · <b className={css["dirty"]}>{w("changed_here")}</b></>}
        </>
      }
      acts={
        <>
          <Segmented size="middle" value={asText ? "text" : "form"} onChange={(v) => set({ as: v === "text" ? "text" : "" })} options={[{ value: "form", label: w("as_form"), disabled: !draft.form }, { value: "text", label: "YAML" }]} />
          {draft.dirty && mayEdit && <Button onClick={() => did({ words: w("changes_dropped"), undo: draft.drop() as () => void })}>{w("drop_changes")}</Button>}
          <ActionButton action={examAct} />
          {mayEdit && <ActionButton type="primary" action={saveAct} loading={save.isPending} />}
          {old && <Link to={`/${product}/label/guideline`}><Button>{w("to_latest")}</Button></Link>}
        </>
      }
      bar={<LabelTabs />}
      pane={<GuidelinePane product={product} saved={saved} draft={draft} mayEdit={mayEdit} onLabel={(id) => set({ label: id, as: "" })} />}
      flush
    >
      {save.error && <FaultBand fault={asFault(save.error)} retry={() => save.mutate()} />}
      {draft.dirty && draft.base < saved.version && <p className={css["behind"]} role="status">{w("draft_behind", { base: draft.base, version: saved.version })}</p>}
      {asText ? (
        <SourceEditor source={draft.source} problem={draft.problem} field={save.error ? asFault(save.error).field : ""} readOnly={!mayEdit} change={draft.set} />
      ) : (
        <div className={css["editor"]}>
          <LabelList labels={labels} at={at} choose={(id) => set({ label: id })} add={mayEdit ? addAct : undefined} name={draft.form!.name} multi={draft.form!.multi} draft={draft} mayEdit={mayEdit} />
          {labels[at] ? <LabelForm key={`${at} ${added}`} label={labels[at]} at={at} labels={labels} draft={draft} mayEdit={mayEdit} renamed={(id) => set({ label: id })} remove={() => removeLabel(at)} fresh={added > 0} next={addLabel} /> : <p className={css["noLabel"]}>{w("no_labels_yet")} {mayEdit && <Link to={`/${product}/label/adopt`}>{w("adopt_ask")}</Link>}</p>}
        </div>
      )}
    </Page>
  );
}

function fresh(stem: string, taken: string[]): string {
  for (let n = taken.length + 1; ; n++) if (!taken.includes(`${stem}_${n}`)) return `${stem}_${n}`;
}
