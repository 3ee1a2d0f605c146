import { Check, X } from "lucide-react";
import { Drawer } from "antd";
import { Link } from "react-router";
import { useMay } from "../../shared/api/useMe";
import { useFormat } from "../../shared/format/useFormat";
import { ActionButton } from "../../shared/keys/ActionButton";
import type { Action } from "../../shared/keys/actions";
import { useActions } from "../../shared/keys/useActions";
import { Chip } from "../../shared/page/Chip";
import { Section } from "../../shared/page/Section";
import { useWords } from "../../shared/words/useWords";
import { useReport, type Release } from "./api";
import { BundleButton } from "./BundleButton";
import { differs } from "./differs";
import { noteOf } from "./noteOf";
import css from "./release.module.css";

/** ReleaseDrawer is one release: its parts against the one before, the rules of its gate, and the act. */
export function ReleaseDrawer({ release: r, before, product, model, act, onClose }: { release: Release; before: Release | undefined; product: string; model: string; act: Action | undefined; onClose: () => void }) {
  const w = useWords("release");
  const f = useFormat();
  const may = useMay("trainer");
  const report = useReport(r.report_id).data;
  const changed = new Set(differs(r, before));
  useActions(act ? [act] : [], "dialog");
  const parts: [string, string, string][] = [
    ["model", model, `/${product}/model/${r.model_id}`],
    ["knowledge", r.knowledge.slice(-10), `/${product}/knowledge`],
    ["flow", r.flow.slice(-10), `/${product}/flow`],
    ["guideline", r.guideline_version ? `v${r.guideline_version}` : "—", `/${product}/label`],
    ["thresholds", r.thresholds ? `${r.thresholds.answer} / ${r.thresholds.offer} / ${r.thresholds.knowledge}` : w("thresholds_flow"), `/${product}/flow`],
  ];
  return (
    <Drawer open onClose={onClose} size={480} title={`${r.name} · ${w(`state_${r.state}`)}`} footer={act && <div className={css["foot"]}><ActionButton type="primary" action={act} /></div>}>
      <p className={css["grey"]}>
        {r.created_by} · {f.time(r.created_us)} {r.note && `· ${noteOf(r.note, w)}`}
      </p>
      <Section title={w("parts")} note={before && w("against", { name: before.name })}>
        <dl className={css["parts"]}>
          {parts.map(([name, value, to]) => (
            <div key={name}>
              <dt>{w(`part_${name}`)}</dt>
              <dd>
                <Link to={to}>{value}</Link> {before && changed.has(name as never) && <Chip tone="azurite">{w("changed")}</Chip>}
              </dd>
            </div>
          ))}
        </dl>
      </Section>
      {may && (
        <Section title={w("box")}>
          <BundleButton product={product} release={r} />
        </Section>
      )}
      <Section title={w("gate")} note={r.report_id ? <Link to={`/${product}/evaluate/${r.report_id}`}>{w("report")}</Link> : w("gate_none")}>
        <ul className={css["rules"]}>
          {(report?.verdict.rules ?? []).map((x) => (
            <li key={x.id}>
              {x.passed ? <Check size={14} className={css["good"]} aria-label={w("passed")} /> : <X size={14} className={css["bad"]} aria-label={w("refused")} />}
              <span>{x.id}</span>
              <span className={css["grey"]}>{x.need}</span>
              <span>{x.got}</span>
            </li>
          ))}
        </ul>
      </Section>
    </Drawer>
  );
}
