import { Link } from "react-router";
import type { Schemas } from "../../../shared/api/client";
import { useFormat } from "../../../shared/format/useFormat";
import { Chip } from "../../../shared/page/Chip";
import { Pane } from "../../../shared/page/Pane";
import { useWords } from "../../../shared/words/useWords";
import { useQuality, type Queue, type Saved } from "../api";
import { RuleExamples } from "../RuleExamples";
import { RuleText } from "../RuleText";
import { useLabelName } from "../useLabelName";
import css from "./desk.module.css";

interface Props {
  product: string;
  queue: Queue;
  saved: Saved;
  label: string | undefined;
  alikes: Schemas["LabelAlike"] | undefined;
  onLabel: (id: string) => void;
}

/** RulePane is the rule of the label in question, what people take it for, and settled rows that read like this one. */
export function RulePane({ product, queue, saved, label, alikes, onLabel }: Props) {
  const w = useWords("label");
  const f = useFormat();
  const nameOf = useLabelName(saved);
  const quality = useQuality(product, queue.id);
  const labels = saved.guideline.labels ?? [];
  const at = labels.findIndex((l) => l.id === label);
  const one = labels[at];
  const confusions = (quality.data?.confusions ?? []).filter((c) => c.a === label || c.b === label).slice(0, 3);
  const most = Math.max(1, ...confusions.map((c) => c.count));
  return (
    <Pane title={one ? w("rule_of", { number: at + 1, label: nameOf(one.id) }) : w("rule")}>
      {one && (
        <>
          <RuleText text={one.rule ?? ""} known={(id) => labels.some((l) => l.id === id)} nameOf={nameOf} onLabel={onLabel} />
          <RuleExamples label={one} nameOf={nameOf} />
        </>
      )}
      {confusions.length > 0 && (
        <section className={css["paneSection"]}>
          <h3>
            {w("confused")} <span>{w("twice_rows", { count: f.count(quality.data!.texts) })}</span>
          </h3>
          {confusions.map((c) => {
            const other = c.a === label ? c.b : c.a;
            return (
              <Link key={other} className={css["confusion"]} to={`/${product}/label/queues/${queue.id}/tasks?label=${encodeURIComponent(label!)}&other=${encodeURIComponent(other)}`}>
                <span>
                  {nameOf(label!)} ↔ {nameOf(other)}
                </span>
                <span className={css["confusionCount"]}>{w("rows_count", { count: c.count })}</span>
                <span className={css["miniBar"]} aria-hidden>
                  <i style={{ width: `${(100 * c.count) / most}%` }} />
                </span>
              </Link>
            );
          })}
        </section>
      )}
      {!!alikes?.settled?.length && (
        <section className={css["paneSection"]}>
          <h3>
            {w("nearest", { count: Math.min(3, alikes.settled.length) })} <span>{w("nearest_note")}</span>
          </h3>
          <ul className={css["nearest"]}>
            {alikes.settled.slice(0, 3).map((g) => (
              <li key={g.row_id}>
                <Link to={`/${product}/label/gold?row=${encodeURIComponent(g.row_id)}`}>{g.text}</Link>
                <span>
                  {g.labels?.map((l) => <Chip key={l} tone="azurite">{nameOf(l)}</Chip>)}
                  <span className={css["near"]}>{w("near", { score: f.score(g.likeness) })}</span>
                </span>
              </li>
            ))}
          </ul>
        </section>
      )}
    </Pane>
  );
}
