import { Link } from "react-router";
import { usePeopleNames } from "../../shared/api/usePeopleNames";
import { useFormat } from "../../shared/format/useFormat";
import { Chip } from "../../shared/page/Chip";
import { useWords } from "../../shared/words/useWords";
import { useModel, useRelease, useTurn, useWhy, type Thread } from "./api";
import type { BeadView } from "./beads";
import { Change } from "./Change";
import { Characters } from "./Characters";
import { Witnesses } from "./Witnesses";
import css from "./thread.module.css";

/** BeadBody is what hangs on a bead. */
export function BeadBody({ bead, thread, product, row, onRow }: { bead: BeadView; thread: Thread; product: string; row: number; onRow: (i: number) => void }) {
  const w = useWords("thread");
  const f = useFormat();
  const personName = usePeopleNames();
  const t = thread.turn;
  const kept = useTurn(product, t ? t.id : "");
  const release = useRelease(product, bead.kind === "release" && thread.release ? thread.release.id : "");
  const modelID = thread.release?.model_id ?? thread.rows?.[row]?.models?.[0]?.id ?? "";
  const model = useModel(product, bead.kind === "model" ? modelID : "");
  const top = t?.labels?.[0]?.label ?? "";
  const why = useWhy(product, bead.kind === "model" && t ? modelID : "", t?.text ?? "", top);
  const r = thread.rows?.[row];
  const titles = new Map((kept.data?.trace.labels ?? []).map((l) => [l.label, l.title || l.label]));
  if (!bead.there) {
    const reason = bead.gap ? w("gap", { code: bead.gap }) : w(`none_${bead.kind}`);
    return <p className={css["grey"]}>{reason}</p>;
  }
  switch (bead.kind) {
    case "answer":
      return (
        <>
          <p className={css["strong"]}>
            {t!.text} {kept.data?.rating === "bad" && <Chip tone="cinnabar">{w("rated_bad")}</Chip>} {kept.data?.rating === "good" && <Chip tone="jade">{w("rated_good")}</Chip>}
          </p>
          <p>{w("answered")} {t!.reply}</p>
          {(t!.picks ?? []).map((p, i) => (
            <p key={`${p.key} ${i}`} className={css["grey"]} data-measure>
              {w("picked", { key: p.key || "∅", table: p.table, why: p.why ?? "" })} · {(p.limits ?? []).map((l) => w("limited", { title: l.title, count: f.count(l.count) })).join(" · ")} · {w("picked_of", { total: f.count(p.total), wanted: f.count(p.wanted), fresh: f.count(p.fresh), learned: f.count(p.learned) })} · {(p.scores ?? []).map((s) => `${s.key} ${f.score(s.score)}${s.reasons?.length ? ` (${s.reasons.join("；")})` : ""}`).join("，")}
            </p>
          ))}
          <p className={css["grey"]}>
            {(t!.path ?? []).length > 0 && <>{w("path")} {(t!.path ?? []).join(" → ")} · </>}
            {kept.data && `${(kept.data.think_us / 1000).toFixed(2)} ms`}
            {t!.entry_id && <> · <Link to={`/${product}/knowledge/${t!.entry_id}`}>{w("entry")} {t!.entry_id.slice(0, 16)}</Link></>}
          </p>
        </>
      );
    case "release":
      return (
        <>
          <p>
            <b>r{thread.release!.number}</b> {w("made_of")} {w("part_knowledge")} <span className={css["id"]}>{thread.release!.knowledge_id.slice(-8)}</span> · {w("part_flow")} <span className={css["id"]}>{thread.release!.flow_id.slice(-8)}</span>
          </p>
          <p className={css["grey"]}>{release.data?.note} {release.data?.created_by}</p>
        </>
      );
    case "model":
      return (
        <>
          <p>
            <b>m{model.data?.number ?? ""}</b>{" "}
            {model.data && <span className={css["grey"]}>{w("model_facts", { rows: f.count(model.data.example_count), labels: model.data.label_count, seed: model.data.seed })} · {f.duration(model.data.seconds)}</span>}
            <span className={css["scores"]}>
              {(t?.labels ?? []).slice(0, 3).map((l, i) => (
                <span key={l.label} data-first={i === 0}>
                  {titles.get(l.label) ?? l.label} {f.score(l.probability)}
                </span>
              ))}
            </span>
          </p>
          {t && why.data && <Characters text={t.text} weights={why.data.explanation.text ?? []} />}
        </>
      );
    case "rows":
      return <Witnesses rows={thread.rows ?? []} at={row} onAt={onRow} />;
    case "label":
      return (
        <ul className={css["lines"]}>
          {(r?.annotations ?? []).map((a) => (
            <li key={a.id}>
              <b>{personName(a.person)}</b> {w("labelled")} {(a.labels ?? []).map((l) => <Chip key={l} tone="azurite">{l}</Chip>)} {a.simulated && <Chip guess>{w("simulated")}</Chip>}
              {a.column && <span className={css["grey"]}> {w("from_file", { file: r?.row?.file ?? "", column: a.column })}</span>}
              <span className={css["grey"]}> {w("by_rule", { version: a.guideline_version })} · {f.time(Date.parse(a.at) * 1000)}</span>
            </li>
          ))}
        </ul>
      );
    case "clean":
      return (
        <ul className={css["lines"]}>
          {(r?.changes ?? []).map((c, i) => (
            <li key={i}>
              <Chip>{c.step} {c.operator.replace(/^clean\.|\.v\d+$/g, "")}</Chip> <span className={css["grey"]}>{c.column}</span>
              {c.aside ? <Chip tone="gamboge">{w("aside", { why: c.aside })}</Chip> : <Change before={c.before} after={c.after} />}
            </li>
          ))}
        </ul>
      );
    case "raw":
      return (
        <>
          <p>
            <b>{r!.row!.file}</b> {r!.row!.part} {w("record", { record: f.count(r!.row!.record) })}
            {r!.row!.offset >= 0 && <span className={css["grey"]}> {w("bytes", { from: f.count(r!.row!.offset), to: f.count(r!.row!.offset + r!.row!.length) })}</span>} {r!.row!.encoding && <Chip>{r!.row!.encoding}</Chip>}
          </p>
          <pre className={css["raw"]}>{r!.row!.raw}</pre>
        </>
      );
    case "answers":
      return (
        <ul className={css["lines"]}>
          {(thread.shaped ?? []).slice(0, 20).map((s) => (
            <li key={s.turn.id} className={css["shaped"]}>
              <Link to={`/${product}/thread/${s.turn.id}`}>{s.turn.text}</Link>
              <span className={css["grey"]} data-measure>{f.time(Date.parse(s.turn.at) * 1000)} · {f.score(Math.abs(s.weight))}</span>
            </li>
          ))}
        </ul>
      );
  }
}
