import { Link } from "react-router";
import { useFormat } from "../../shared/format/useFormat";
import { Chip } from "../../shared/page/Chip";
import { Weighed } from "../../shared/text/Weighed";
import { useWords } from "../../shared/words/useWords";
import { useWhy, type Turn } from "./api";
import css from "./feedback.module.css";

/** Why shows what made the model understand a turn so: its characters, and the training rows that weighed most. */
export function Why({ product, turn, before, nameOf }: { product: string; turn: Turn; before: Turn[]; nameOf: (label: string) => string }) {
  const w = useWords("feedback");
  const f = useFormat();
  const why = useWhy(product, turn, before);
  if (!why.data) return null;
  const { explanation, witnesses } = why.data;
  const total = (witnesses ?? []).reduce((sum, x) => sum + Math.abs(x.weight), 0) || 1;
  return (
    <section className={css["why"]} aria-label={w("why_heard", { label: nameOf(explanation.label) })}>
      <p className={css["whyHead"]}>
        <span>{w("why_heard", { label: nameOf(explanation.label) })}</span>
        <span>{w("pulls")}</span>
      </p>
      <Weighed text={turn.text} weights={explanation.text ?? []} label={turn.text} />
      {(witnesses ?? []).map((x) => (
        <div key={x.row_id} className={css["witness"]}>
          <Link to={`/${product}/thread/${encodeURIComponent(x.row_id)}`}>{x.text || x.row_id.slice(0, 8)}</Link>
          <span>{(x.labels ?? []).slice(0, 1).map((l) => <Chip key={l} tone="azurite">{nameOf(l)}</Chip>)}</span>
          <b data-measure>{x.weight < 0 ? "−" : ""}{f.score(Math.abs(x.weight) / total)}</b>
        </div>
      ))}
    </section>
  );
}
