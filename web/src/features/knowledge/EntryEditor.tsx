import { useMutation, useQueryClient } from "@tanstack/react-query";
import { AutoComplete, Button, Form, Input, Segmented } from "antd";
import { History, Trash2 } from "lucide-react";
import { useEffect, useRef, useState } from "react";
import { Link } from "react-router";
import { api, ask } from "../../shared/api/client";
import { asFault } from "../../shared/api/fault";
import { useFormat } from "../../shared/format/useFormat";
import { ActionButton } from "../../shared/keys/ActionButton";
import { useActions } from "../../shared/keys/useActions";
import { FaultBand } from "../../shared/page/FaultBand";
import { Section } from "../../shared/page/Section";
import { did } from "../../shared/undo/undo";
import { useWords } from "../../shared/words/useWords";
import { removeEntry, type Entry } from "./api";
import { Conflict } from "./Conflict";
import { blank, bodyOf, draftOf, type Draft } from "./entries";
import { HistoryDrawer } from "./HistoryDrawer";
import css from "./knowledge.module.css";
import { useMerge } from "./useMerge";
import { Variants } from "./Variants";

interface Props {
  product: string;
  entry: Entry | undefined;
  mayEdit: boolean;
  categories: string[];
  onSaved: (id: string) => void;
  onGone: () => void;
}

/** EntryEditor changes one entry. What was typed is kept until it is saved; a conflict shows both texts. */
export function EntryEditor({ product, entry, mayEdit, categories, onSaved, onGone }: Props) {
  const w = useWords("knowledge");
  const f = useFormat();
  const client = useQueryClient();
  const [draft, setDraft] = useState<Draft>(() => (entry ? draftOf(entry) : blank));
  const [base, setBase] = useState(entry);
  const [history, setHistory] = useState(false);
  const change = (part: Partial<Draft>) => setDraft((d) => ({ ...d, ...part }));
  const dirty = JSON.stringify(draft) !== JSON.stringify(base ? draftOf(base) : blank);
  useEffect(() => {
    // A newer revision came in and nothing was typed: show it.
    if (entry && base && entry.revision !== base.revision && !dirty) (setBase(entry), setDraft(draftOf(entry)));
  }, [entry, base, dirty]);
  const stale = () => client.invalidateQueries({ queryKey: ["knowledge", product] });
  const save = useMutation({
    mutationFn: (over?: number) =>
      entry
        ? ask(api.PUT("/api/v1/products/{product}/entries/{entry}", { params: { path: { product, entry: entry.id }, header: { "If-Match": String(over ?? base?.revision ?? 0) } }, body: bodyOf(draft, base) }))
        : ask(api.POST("/api/v1/products/{product}/entries", { params: { path: { product } }, body: bodyOf(draft) })),
    onSuccess: (saved) => {
      const before = base;
      void stale();
      setBase(saved);
      setDraft(draftOf(saved));
      did({
        words: w("saved"),
        undo: () => (before?.revision ? ask(api.POST("/api/v1/products/{product}/entries/{entry}/restorations", { params: { path: { product, entry: saved.id } }, body: { revision: before.revision } })) : removeEntry(product, saved.id)).then(stale),
      });
      if (!entry) onSaved(saved.id);
    },
    onError: (e) => {
      if (asFault(e).status === 409) void stale(); // brings what the other saved, to show both
    },
  });
  const remove = useMutation({
    mutationFn: () => removeEntry(product, entry!.id, entry!.revision),
    onSuccess: () => {
      void stale();
      const { id, revision } = entry!;
      did({ words: w("removed", { question: entry!.question }), undo: () => ask(api.POST("/api/v1/products/{product}/entries/{entry}/restorations", { params: { path: { product, entry: id } }, body: { revision: revision ?? 0 } })).then(stale) });
      onGone();
    },
  });
  const keep = { id: "knowledge.save", words: w("save"), key: "Ctrl Enter", when: () => mayEdit && dirty && draft.question.trim() !== "" && !save.isPending, run: () => save.mutate(undefined) };
  const warnings = save.data?.warnings ?? [];
  const rival = warnings[0];
  const merge = useMerge(product);
  const body = useRef<HTMLDivElement>(null);
  const mergeHere = {
    id: "knowledge.merge", words: w("merge"), key: "M", when: () => mayEdit && !!base && !!rival && !dirty && !merge.isPending,
    run: () => merge.mutate({ into: base!, otherID: rival!.entry_id }, { onSuccess: (m) => (setBase(m), setDraft(draftOf(m)), save.reset()) }),
  };
  useActions([
    keep,
    ...(rival ? [mergeHere] : []),
    { id: "knowledge.edit", words: w("edit"), key: "E", when: () => mayEdit, run: () => body.current?.querySelector("textarea")?.focus() },
    ...(entry ? [{ id: "knowledge.remove", words: w("remove"), key: "Del", when: () => mayEdit && !remove.isPending, run: () => remove.mutate() }] : []),
  ]);
  const fault = save.error ? asFault(save.error) : undefined;
  const conflict = fault?.status === 409 && entry && base && entry.revision !== base.revision;
  const text = (label: string, key: "question") => (
    <Form.Item label={label} required>
      <Input.TextArea autoSize value={draft[key]} maxLength={500} disabled={!mayEdit} aria-label={label} onChange={(e) => change({ [key]: e.target.value })} />
    </Form.Item>
  );
  return (
    <div className={css["editor"]}>
      <div className={css["editorBody"]} data-scroll ref={body}>
        <p className={css["editorHead"]}>
          <span>{entry ? `${w("revision", { n: f.count(base?.revision ?? 1) })}${base?.updated_us ? ` · ${f.time(base.updated_us)}` : ""}` : w("new")}</span>
          {entry && (
            <span>
              <Button type="text" size="small" icon={<History size={14} />} onClick={() => setHistory(true)}>{w("history")}</Button>
              <Button type="text" size="small" icon={<Trash2 size={14} />} disabled={!mayEdit} onClick={() => remove.mutate()}>{w("remove")}</Button>
            </span>
          )}
        </p>
        {conflict ? <Conflict mine={draft} theirs={draftOf(entry)} onTheirs={() => (setBase(entry), setDraft(draftOf(entry)), save.reset())} onMine={() => (setBase(entry), save.mutate(entry.revision ?? 0))} /> : fault && <FaultBand fault={fault} retry={() => save.mutate(undefined)} />}
        {remove.error && <FaultBand fault={asFault(remove.error)} retry={() => remove.mutate()} />}
        {merge.error && <FaultBand fault={asFault(merge.error)} />}
        {warnings.map((x, i) => (
          <p key={i} className={css["warning"]}>{w("alike_theirs", { mine: x.mine, theirs: x.theirs, question: x.question, likeness: x.likeness.toFixed(2) })} {x === rival && <ActionButton action={mergeHere} size="small" />}</p>
        ))}
        <Form layout="vertical" component="div">
          {text(w("col_question"), "question")}
          <div className={css["two"]}>
            <Form.Item label={w("col_category")}>
              <AutoComplete value={draft.category} disabled={!mayEdit} aria-label={w("col_category")} options={categories.filter((c) => c.includes(draft.category)).map((value) => ({ value }))} onChange={(v) => change({ category: v })} />
            </Form.Item>
            <Form.Item label={w("col_state")}>
              <Segmented value={draft.state} disabled={!mayEdit} onChange={(v) => change({ state: v as Draft["state"] })} options={[{ value: "live", label: w("state_live") }, { value: "draft", label: w("draft") }]} />
            </Form.Item>
          </div>
          <Variants product={product} entry={entry?.id} variants={draft.variants} disabled={!mayEdit} onChange={(variants) => change({ variants })} />
          <Section title={w("answer")}>
            <Input.TextArea autoSize={{ minRows: 3, maxRows: 14 }} value={draft.text} maxLength={4000} showCount disabled={!mayEdit} aria-label={w("answer")} onChange={(e) => change({ text: e.target.value })} />
            {(base?.answer ?? []).filter((p) => p.kind !== "text").map((p, i) => <p key={i} className={css["part"]}>{p.kind} · {p.title ?? p.text ?? p.url}</p>)}
          </Section>
          {(base?.sources ?? []).length > 0 && (
            <Section title={w("sources")}>
              {(base?.sources ?? []).map((x, i) => (
                <p key={i} className={css["part"]}>
                  {x.row_id ? <Link to={`/${product}/thread/rows/${encodeURIComponent(x.row_id)}`}>{x.row_id}</Link> : x.document_id}
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
        {dirty && <Button onClick={() => setDraft(base ? draftOf(base) : blank)}>{w("discard")}</Button>}
        <span>{w("goes_live")}</span>
      </div>
      {entry && <HistoryDrawer product={product} entry={entry} open={history} mayEdit={mayEdit} onClose={() => setHistory(false)} />}
    </div>
  );
}
