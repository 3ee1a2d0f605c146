import type { Schemas } from "../../shared/api/client";
import { useFormat } from "../../shared/format/useFormat";
import { useWords } from "../../shared/words/useWords";
import css from "./flow.module.css";

/** Decisions is everything the engine decided in one turn: what it understood, filled, walked, looked up. */
export function Decisions({ trace, names, onNode }: { trace: Schemas["DialogTrace"]; names: Map<string, string>; onNode: (id: string) => void }) {
  const w = useWords("flow");
  const f = useFormat();
  const path = trace.path ?? [];
  const labels = trace.labels ?? [];
  const slots = trace.slots ?? [];
  const signals = trace.signals ?? [];
  const picks = trace.picks ?? [];
  return (
    <dl className={css["why"]}>
      {labels.length > 0 && (
        <div>
          <dt>{w("why_understood")}</dt>
          <dd>
            {labels.slice(0, 3).map((l, i) => (
              <span key={l.label} data-first={i === 0}>
                {l.title || l.label} <span className={css["num"]}>{f.score(l.probability)}</span>
              </span>
            ))}
          </dd>
          <dd className={css["whyEnd"]} data-band={trace.band}>{w(`band_${trace.band}`)}</dd>
        </div>
      )}
      {slots.length > 0 && (
        <div>
          <dt>{w("why_slots")}</dt>
          <dd>
            {slots.map((s, i) => (
              <span key={i}>
                {names.get(s.slot) ?? s.slot} {s.before && <s>{s.before}</s>} {s.after || "∅"}
              </span>
            ))}
          </dd>
        </div>
      )}
      {signals.length > 0 && (
        <div>
          <dt>{w("why_signals")}</dt>
          <dd>
            {signals.map((s, i) => (
              <span key={s.signal} data-first={i === 0 && s.seen}>
                {s.title || s.signal} {s.seen ? s.value : `(${s.value})`} <span className={css["num"]}>{f.score(s.strength)}</span>
                {(s.values ?? []).slice(1).map((v) => (
                  <span key={v.value}>
                    {" · "}({v.value}) <span className={css["num"]}>{f.score(v.strength)}</span>
                  </span>
                ))}
              </span>
            ))}
          </dd>
          <dd className={css["whyEnd"]}>{w("why_signals_note")}</dd>
        </div>
      )}
      {picks.map((p, i) => (
        <div key={`${p.node} ${i}`}>
          <dt>{w("why_picks")}</dt>
          <dd>
            {(p.ranked ?? []).map((r, at) => (
              <span key={r.key} data-first={at === 0} title={(r.reasons ?? []).map((x) => `${x.what} ${f.score(x.weight)}`).join(" · ")}>
                {r.key} <span className={css["num"]}>{f.score(r.score)}</span>
              </span>
            ))}
          </dd>
          {p.why && <dd>{p.why}</dd>}
          <dd data-measure>
            {(p.limits ?? []).map((l) => (
              <span key={l.title}>{w("why_limited", { title: l.title, count: l.count })}</span>
            ))}
            <span>{w("why_pick_of", { total: p.total, wanted: p.wanted, fresh: p.fresh, learned: p.learned })}</span>
          </dd>
        </div>
      ))}
      {trace.entry_id && (
        <div>
          <dt>{w("why_knowledge")}</dt>
          <dd>
            <span className={css["num"]}>{trace.entry_id.slice(0, 24)}</span>
          </dd>
          <dd className={css["whyEnd"]}>{f.score(trace.confidence ?? 0)}</dd>
        </div>
      )}
      {path.length > 0 && (
        <div>
          <dt>{w("why_path")}</dt>
          <dd>
            {path.map((p, i) => (
              <button type="button" key={i} onClick={() => onNode(p.node)} title={p.why}>
                {i > 0 && "→ "}
                {names.get(p.node) ?? p.node}
              </button>
            ))}
          </dd>
        </div>
      )}
      {(trace.why ?? []).map((line, i) => (
        <div key={i}>
          <dt>{w("why_also")}</dt>
          <dd>{line}</dd>
        </div>
      ))}
    </dl>
  );
}
