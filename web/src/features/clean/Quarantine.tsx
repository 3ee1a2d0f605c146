import { Button, Checkbox, Input, Select } from "antd";
import { useState } from "react";
import { Link } from "react-router";
import { api, ask } from "../../shared/api/client";
import { asFault } from "../../shared/api/fault";
import { useFormat } from "../../shared/format/useFormat";
import { useActions } from "../../shared/keys/useActions";
import { Bead } from "../../shared/page/Bead";
import { Faces } from "../../shared/page/Faces";
import { FaultBand } from "../../shared/page/FaultBand";
import { Pane } from "../../shared/page/Pane";
import { useCursorList } from "../../shared/table/useCursorList";
import { useLang } from "../../shared/words/useLang";
import { useWords } from "../../shared/words/useWords";
import { useReasons, type Run } from "./api";
import { aloudOf, longest } from "./longest";
import type { Tried } from "./usePreview";
import { usePutBack } from "./usePutBack";
import css from "./clean.module.css";

/** Quarantine is what the last run set aside, by reason; nothing in it is deleted, any row can be put back. */
export function Quarantine({ product, run, preview, may }: { product: string; run: Run | undefined; preview: Tried | undefined; may: boolean }) {
  const w = useWords("clean");
  const f = useFormat();
  const zh = useLang() === "zh";
  const reasons = useReasons(product, run?.id);
  const [reason, setReason] = useState("");
  const [picked, setPicked] = useState<string[]>([]);
  const [why, setWhy] = useState("");
  const list = useCursorList(["clean", product, "quarantine", run?.id ?? "", reason], async (cursor, signal) =>
    run ? ask(api.GET("/api/v1/clean-runs/{run}/quarantine", { signal, params: { path: { run: run.id }, query: { cursor, limit: 100, ...(reason ? { reason } : {}) } } })) : { items: [] },
  );
  const back = usePutBack(product, () => (setPicked([]), setWhy("")));
  const putBack = () => run && back.mutate({ run: run.id, rows: picked, reason: why.trim() });
  const can = may && !!run && picked.length > 0 && !back.isPending;
  useActions([{ id: "clean.put_back", words: w("put_back"), key: "X", when: () => can, run: putBack }]);
  if (!run) {
    return (
      <Pane title={w("quarantine")} width={272}>
        <p className={css["note"]}>{preview?.aside ? w("aside_in_sample", { count: f.count(preview.aside), rows: f.count(preview.rows) }) : w("aside_none_yet")}</p>
        <ul className={css["reasons"]}>
          {(preview?.all ?? []).filter((s) => s.set_aside > 0).map((s) => <li key={s.step}><Bead state="amber" /> <span>{zh ? s.title.zh : s.title.en}</span> <b>{f.count(s.set_aside)}</b></li>)}
        </ul>
      </Pane>
    );
  }
  const toggle = (row: string) => setPicked(picked.includes(row) ? picked.filter((x) => x !== row) : [...picked, row]);
  return (
    <Pane title={`${w("quarantine")} ${f.count(run.set_aside)}`} width={300}>
      <p className={css["note"]}>{w("not_deleted")}</p>
      <Select
        size="small"
        className={css["reasonSelect"]!}
        aria-label={w("by_reason")}
        value={reason}
        onChange={(x: string) => (setReason(x), setPicked([]))}
        options={[{ value: "", label: `${w("all_reasons")} ${f.count(run.set_aside)}` }, ...(reasons.data?.items ?? []).map((r) => ({ value: r.code, label: `${zh ? r.reason.zh : r.reason.en} ${f.count(r.count)}` }))]}
      />
      {back.error && <FaultBand fault={asFault(back.error)} />}
      {back.data && <p className={css["note"]}>{w("was_put_back", { number: String(back.data.number) })} <Link to={`/${product}/data/${back.data.dataset_id}?version=${back.data.id}`}>{w("look")}</Link></p>}
      <Faces of={list.query} empty={<p className={css["note"]}>{w("aside_none")}</p>}>
        {(rows) => (
          <ul className={css["aside"]} data-total={(reasons.data?.items ?? []).reduce((n, r) => n + r.count, 0)}>
            {rows.map((q) => (
              <li key={q.row} data-back={!!q.put_back_us}>
                <Checkbox disabled={!may || !!q.put_back_us} checked={picked.includes(q.row)} onChange={() => toggle(q.row)} aria-label={aloudOf(q.values) || q.row.slice(0, 8)} />
                <div>
                  <p>{longest(q.values)}</p>
                  <small>{q.row.slice(0, 8)} {zh ? q.reason.zh : q.reason.en}{q.twin && ` · ${q.twin.slice(0, 8)}`}</small>
                  {!!q.put_back_us && <small data-said>{[w("is_back"), q.put_back_by, q.put_back_reason].filter(Boolean).join(" · ")}</small>}
                </div>
              </li>
            ))}
          </ul>
        )}
      </Faces>
      {list.hasMore && <Button type="link" size="small" onClick={list.more}>{w("more")}</Button>}
      {may && (
        <div className={css["asideFoot"]}>
          {picked.length > 0 && <Input size="small" value={why} maxLength={200} placeholder={w("put_back_why")} aria-label={w("put_back_why")} onChange={(e) => setWhy(e.target.value)} onPressEnter={(e) => !e.nativeEvent.isComposing && can && putBack()} />}
          <Button size="small" disabled={!can} loading={back.isPending} onClick={putBack}>{w("put_back_count", { count: f.count(picked.length) })} <kbd>X</kbd></Button>
        </div>
      )}
    </Pane>
  );
}
