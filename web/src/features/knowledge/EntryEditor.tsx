import { AutoComplete, Button, Form, Input, Segmented } from "antd";
import { History, Trash2 } from "lucide-react";
import { useRef, useState } from "react";
import { Link } from "react-router";
import { asFault } from "../../shared/api/fault";
import { useFormat } from "../../shared/format/useFormat";
import { ActionButton } from "../../shared/keys/ActionButton";
import { useActions } from "../../shared/keys/useActions";
import { FaultBand } from "../../shared/page/FaultBand";
import { Section } from "../../shared/page/Section";
import { useWords } from "../../shared/words/useWords";
import type { Entry, Mined, Use, Warning } from "./api";
import { Conflict } from "./Conflict";
import { draftOf, type Draft } from "./entries";
import { HistoryDrawer } from "./HistoryDrawer";
import css from "./knowledge.module.css";
import { MinedWordings } from "./MinedWordings";
import { Parts } from "./Parts";
import { ReplayLine } from "./ReplayLine";
import { Used } from "./Used";
import { useDismiss } from "./useDismiss";
import { useEntryDraft } from "./useEntryDraft";
import { useMerge } from "./useMerge";
import { Variants } from "./Variants";

interface Props {
  product: string;
  entry: Entry | undefined;
  mayEdit: boolean;
  categories: string[];
  /** used is what it answered live; rivals are the entries it conflicts with; mined what customers said near it. */
  used: Use | undefined;
  rivals: Warning[];
  mined: Mined[];
  onSaved: (id: string) => void;
  onGone: () => void;
}

/** EntryEditor changes one entry. What was typed is kept until it is saved; a conflict shows both texts. */
export function EntryEditor({ product, entry, mayEdit, categories, used, rivals, mined, onSaved, onGone }: Props) {
  const w = useWords("knowledge");
  const f = useFormat();
  const [history, setHistory] = useState(false);
  const { draft, change, base, show, dirty, save, remove, replay, discard } = useEntryDraft(product, entry, onSaved, onGone);
  const dismiss = useDismiss(product);
  const body = useRef<HTMLDivElement>(null);
  const open = mined.filter((m) => !draft.variants.includes(m.text));
  const keep = { id: "knowledge.save", words: w("save"), key: "Ctrl Enter", when: () => mayEdit && dirty && draft.question.trim() !== "" && !save.isPending, run: () => save.mutate(undefined) };
  const takeAll = { id: "knowledge.take", words: w("take_all"), key: "V", when: () => mayEdit && open.length > 0, run: () => change({ variants: [...draft.variants, ...open.map((m) => m.text)] }) };
  const warnings = save.data?.warnings ?? rivals;
  const rival = warnings[0];
  const merge = useMerge(product);
  const mergeHere = {
    id: "knowledge.merge", words: w("merge"), key: "M", when: () => mayEdit && !!base && !!rival && !dirty && !merge.isPending,
    run: () => merge.mutate({ into: base!, otherID: rival!.entry_id }, { onSuccess: (m) => (show(m), save.reset()) }),
  };
  useActions([
    keep,
    ...(rival ? [mergeHere] : []),
    ...(open.length ? [takeAll] : []),
    { id: "knowledge.edit", words: w("edit"), key: "E", when: () => mayEdit, run: () => body.current?.querySelector("textarea")?.focus() },
    ...(entry ? [{ id: "knowledge.remove", words: w("remove"), key: "Del", when: () => mayEdit && !remove.isPending, run: () => remove.mutate() }] : []),
  ]);
  const fault = save.error ? asFault(save.error) : undefined;
  const conflict = fault?.status === 409 && entry && base && entry.revision !== base.revision;
  return (
    <div className={css["editor"]}>
      <div className={css["editorBody"]} data-scroll ref={body}>
        <p className={css["editorHead"]}>
          <span>
            {entry ? `${w("revision", { n: f.count(base?.revision ?? 1) })}${base?.updated_us ? ` · ${f.time(base.updated_us)}` : ""}` : w("new")}
            {entry && <Used product={product} entry={entry.id} used={used} words />}
          </span>
          {entry && (
            <span>
              <Button type="text" size="small" icon={<History size={14} />} onClick={() => setHistory(true)}>{w("history")}</Button>
              <Button type="text" size="small" icon={<Trash2 size={14} />} disabled={!mayEdit} onClick={() => remove.mutate()}>{w("remove")}</Button>
            </span>
          )}
        </p>
        {conflict ? <Conflict mine={draft} theirs={draftOf(entry)} onTheirs={() => (show(entry), save.reset())} onMine={() => save.mutate(entry.revision ?? 0)} /> : fault && <FaultBand fault={fault} retry={() => save.mutate(undefined)} />}
        {[remove, merge, dismiss].map((act, i) => act.error && <FaultBand key={i} fault={asFault(act.error)} />)}
        {warnings.map((x, i) => (
          <p key={i} className={css["warning"]}>{w("alike_theirs", { mine: x.mine, theirs: x.theirs, question: x.question, likeness: x.likeness.toFixed(2) })} {x === rival && <ActionButton action={mergeHere} size="small" />}</p>
        ))}
        <Form layout="vertical" component="div">
          <Form.Item label={w("col_question")} required>
            <Input.TextArea autoSize autoFocus={!entry && mayEdit} value={draft.question} maxLength={500} disabled={!mayEdit} aria-label={w("col_question")} onChange={(e) => change({ question: e.target.value })} />
          </Form.Item>
          <div className={css["two"]}>
            <Form.Item label={w("col_category")}>
              <AutoComplete value={draft.category} disabled={!mayEdit} aria-label={w("col_category")} options={categories.filter((c) => c.includes(draft.category)).map((value) => ({ value }))} onChange={(v) => change({ category: v })} />
            </Form.Item>
            <Form.Item label={w("col_state")}>
              <Segmented value={draft.state} disabled={!mayEdit} onChange={(v) => change({ state: v as Draft["state"] })} options={[{ value: "live", label: w("state_live") }, { value: "draft", label: w("draft") }]} />
            </Form.Item>
          </div>
          <Variants product={product} entry={entry?.id} variants={draft.variants} disabled={!mayEdit} onChange={(variants) => change({ variants })}>
            {open.length > 0 && entry && <MinedWordings product={product} mined={open} disabled={!mayEdit} takeAll={takeAll} onTake={(text) => change({ variants: [...draft.variants, text] })} onDismiss={(text) => dismiss.mutate({ entry: entry.id, text, dismissed: true })} />}
          </Variants>
          <Parts parts={draft.parts} disabled={!mayEdit} onChange={(parts) => change({ parts })} />
          {(base?.sources ?? []).length > 0 && (
            <Section title={w("sources")}>
              {(base?.sources ?? []).map((x, i) => (
                <p key={i} className={css["part"]}>
                  {x.row_id ? <Link to={`/${product}/thread/${encodeURIComponent(x.row_id)}`}>{x.row_id}</Link> : x.document_id}
                  {x.end ? ` · ${w("characters", { from: f.count((x.start ?? 0) + 1), to: f.count(x.end) })}` : ""}
                </p>
              ))}
            </Section>
          )}
          <Section title={w("conditions")} note={w("conditions_note")}>
            <div className={css["three"]}>
              <Form.Item label={w("from")}><Input type="date" value={draft.from} disabled={!mayEdit} aria-label={w("from")} onChange={(e) => change({ from: e.target.value })} /></Form.Item>
              <Form.Item label={w("to")}><Input type="date" value={draft.to} disabled={!mayEdit} aria-label={w("to")} onChange={(e) => change({ to: e.target.value })} /></Form.Item>
              <Form.Item label={w("channels")}><Input value={draft.channels.join(" ")} disabled={!mayEdit} aria-label={w("channels")} placeholder={w("channels_all")} onChange={(e) => change({ channels: e.target.value.split(/[\s、,，]+/).filter(Boolean) })} /></Form.Item>
            </div>
          </Section>
        </Form>
      </div>
      <div className={css["editorFoot"]}>
        <ActionButton action={keep} type="primary" loading={save.isPending} />
        {dirty && <Button onClick={discard}>{w("discard")}</Button>}
        <ReplayLine product={product} replay={replay.data} working={replay.working} fault={replay.fault} />
      </div>
      {entry && <HistoryDrawer product={product} entry={entry} open={history} mayEdit={mayEdit} onClose={() => setHistory(false)} />}
    </div>
  );
}
