import { Link } from "react-router";
import type { Schemas } from "../../../shared/api/client";
import { useFormat } from "../../../shared/format/useFormat";
import { useWords } from "../../../shared/words/useWords";
import { usePeopleNames } from "../../../shared/api/usePeopleNames";
import { Simulated } from "../Simulated";
import { IntervalBar } from "./IntervalBar";
import { initial } from "../initial";
import css from "./quality.module.css";

/** enough is how many settled rows a person must have answered beside others before a share is shown. */
const enough = 50;

/** PeopleQuality is each person's share of answers that became the gold, by name, never by rank. */
export function PeopleQuality({ quality, here }: { quality: Schemas["LabelQuality"]; here: string }) {
  const w = useWords("label");
  const f = useFormat();
  const personName = usePeopleNames();
  const people = [...(quality.people ?? [])].sort((a, b) => personName(a.person).localeCompare(personName(b.person), "zh-CN"));
  const shown = people.filter((p) => p.right.of >= enough);
  const from = Math.min(0.9, ...shown.map((p) => Math.floor(p.right.low * 20) / 20));
  return (
    <div className={css["list"]} data-scroll>
      <ol>
        {people.map((p) => {
          const name = personName(p.person);
          const rows = `${here}/tasks?person=${encodeURIComponent(p.person)}`;
          return (
            <li key={p.person} className={css["personRow"]}>
              <Link to={rows} className={css["className"]}>
                <i className={css["person"]} data-measure aria-hidden>{initial(name)}</i> {name} {p.simulated && <Simulated />}
              </Link>
              {p.right.of < enough ? (
                <span className={css["tooFew"]}>{w("not_enough", { count: p.right.of })}</span>
              ) : (
                <>
                  <IntervalBar value={p.right.value} low={p.right.low} high={p.right.high} from={from} words={`${f.percent(p.right.value)}% [${f.percent(p.right.low)}, ${f.percent(p.right.high)}] · ${f.count(p.right.of)}`} />
                  <Link to={`${rows}&wrong=1`}><b>{f.percent(p.right.value)}%</b></Link>
                </>
              )}
              <span className={css["speed"]}>
                <Link to={rows}>{f.count(p.answer_count)} {w("fact_rows")}</Link> · {p.per_hour ? w("an_hour", { count: f.count(p.per_hour) }) : "—"}
                {p.return_count > 0 && <> · <Link to={`${rows}&sent_back=1`}>{w("returned_count", { count: f.count(p.return_count) })}</Link></>}
              </span>
            </li>
          );
        })}
      </ol>
    </div>
  );
}
