import { Drawer } from "antd";
import { useEffect, useRef } from "react";
import { Link } from "react-router";
import { useFormat } from "../../shared/format/useFormat";
import { useLang } from "../../shared/words/useLang";
import { useWords } from "../../shared/words/useWords";
import type { Fix } from "./api";
import { parts, type Part } from "./clock";
import css from "./feedback.module.css";

/** FixLog is what each part of a fix did, with its time and what it made. */
export function FixLog({ product, fix, part, onClose, nameOf }: { product: string; fix: Fix; part: Part; onClose: () => void; nameOf: (label: string) => string }) {
  const w = useWords("feedback");
  const f = useFormat();
  const lang = useLang();
  const here = useRef<HTMLElement>(null);
  useEffect(() => here.current?.scrollIntoView({ block: "nearest" }), [part]);
  const said = (labels: string[] | null) => (labels ?? []).map(nameOf).join(w("comma")) || "–";
  const made: Record<Part, React.ReactNode> = {
    relabel: fix.row_id && <Link to={`/${product}/thread/${encodeURIComponent(fix.row_id)}`}>{w("see_row")}</Link>,
    train: <>{w("heard_before_after", { before: said(fix.before), after: said(fix.after) })} {fix.model_id && <Link to={`/${product}/model/${fix.model_id}`}>{w("see_model")}</Link>}</>,
    test: fix.report_id && <Link to={`/${product}/evaluate/${fix.report_id}`}>{w("see_report")}</Link>,
    gate: fix.why && fix.state === "refused" && <span className={css["whyNot"]}>{w("state_refused")}</span>,
    release: fix.release_id && <Link to={`/${product}/release`}>{w("see_release")}</Link>,
  };
  return (
    <Drawer open onClose={onClose} size={520} title={`${w("log")} · ${fix.seconds ? `${fix.seconds.toFixed(2)} s` : w(`state_${fix.state}`)}`}>
      {parts.map((p) => {
        const lines = (fix.log ?? []).filter((l) => l.part === p);
        return (
          <section key={p} ref={p === part ? here : undefined} className={css["log"]} data-here={p === part} aria-label={w(`part_${p}`)}>
            <h3>{w(`part_${p}`)} <b>{fix.clock[p] > 0 ? `${f.score(Math.min(fix.clock[p], 99))} s` : "–"}</b></h3>
            {lines.map((l, i) => <p key={i}>{lang === "zh" ? l.text.zh : l.text.en}</p>)}
            {lines.length === 0 && <p>{w(fix.clock[p] > 0 ? "log_none" : "log_not_reached")}</p>}
            {fix.clock[p] > 0 && made[p] && <p>{made[p]}</p>}
          </section>
        );
      })}
    </Drawer>
  );
}
