import { Link } from "react-router";
import { usePeopleNames } from "../../shared/api/usePeopleNames";
import { useFormat } from "../../shared/format/useFormat";
import { Section } from "../../shared/page/Section";
import { useWords } from "../../shared/words/useWords";
import { useThread, type Thread } from "./api";
import css from "./thread.module.css";

/** Onward is the other way: what the row that is followed feeds, and who saw this thread unmasked. */
export function Onward({ product, row, reveals }: { product: string; row: string; reveals: Thread["reveals"] }) {
  const w = useWords("thread");
  const f = useFormat();
  const personName = usePeopleNames();
  const up = useThread(product, row);
  const shaped = up.data?.shaped ?? [];
  const models = up.data?.rows?.[0]?.models ?? [];
  return (
    <>
      {up.data && (
        <Section title={w("onward")} note={w("onward_note")}>
          <dl className={css["onward"]}>
            <div>
              <dt>{w("feeds_models")}</dt>
              <dd>{models.length ? <Link to={`/${product}/model/${models[0]!.id}`}>{w("count_models", { count: models.length })}</Link> : <span data-measure>0</span>}</dd>
            </div>
            <div>
              <dt>{w("feeds_answers")}</dt>
              <dd>{shaped.length ? <Link to={`/${product}/thread/${encodeURIComponent(row)}`}>{w("count_answers", { count: shaped.length })}</Link> : <span data-measure>0</span>}</dd>
            </div>
          </dl>
          <ul className={css["answers"]}>
            {shaped.slice(0, 6).map((s) => (
              <li key={s.turn.id}>
                <Link to={`/${product}/thread/${s.turn.id}`}>{s.turn.text}</Link>
                <span className={css["num"]} data-measure>{f.score(Math.abs(s.weight))}</span>
              </li>
            ))}
          </ul>
        </Section>
      )}
      <Section title={w("seen_by")}>
        {(reveals ?? []).length === 0 && <p className={css["grey"]}>{w("seen_none")}</p>}
        <ul className={css["answers"]}>
          {(reveals ?? []).map((r, i) => (
            <li key={i}>
              <span>{personName(r.actor)}</span>
              <span className={css["grey"]}>
                {f.time(r.at_us)} · {r.reason}
              </span>
            </li>
          ))}
        </ul>
      </Section>
    </>
  );
}
