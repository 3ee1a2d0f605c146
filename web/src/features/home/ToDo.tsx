import { useNavigate } from "react-router";
import type { Overview } from "../../shared/api/useOverview";
import { useFormat } from "../../shared/format/useFormat";
import { useActions } from "../../shared/keys/useActions";
import { Bead } from "../../shared/page/Bead";
import { useWords } from "../../shared/words/useWords";
import { stageFacts } from "./stageFacts";
import css from "./home.module.css";

const most = 5;

/** ToDo is what waits for a person now, what needs one first, and which stages are not begun. Keys 1–5 go there. */
export function ToDo({ overview }: { overview: Overview }) {
  const w = useWords("home");
  const f = useFormat();
  const go = useNavigate();
  const urgency = ["cinnabar", "amber"];
  const waiting = overview.stages.filter((s) => s.waiting > 0).sort((a, b) => urgency.indexOf(a.state) - urgency.indexOf(b.state)).slice(0, most);
  const next = overview.stages.filter((s) => s.state === "hollow").slice(0, most);
  const keyed = [...waiting, ...next].slice(0, most);
  const to = (stage: string) => `/${overview.product_id}/${stage}`;
  useActions(keyed.map((s, i) => ({ id: `home.do_${i + 1}`, words: `${w(`do_${s.stage}`)}`, key: String(i + 1), run: () => void go(to(s.stage)) })));
  const list = (stages: typeof waiting, none: string) =>
    stages.length === 0 ? (
      <p className={css["none"]}>{none}</p>
    ) : (
      <ul className={css["todo"]} data-total={stages.length}>
        {stages.map((s) => (
          <li key={s.stage}>
            <a
              href={to(s.stage)}
              onClick={(e) => {
                e.preventDefault();
                void go(to(s.stage));
              }}
            >
              <Bead state={s.state} />
              <span className={css["todoText"]}>
                {w(`do_${s.stage}`)} <small>{stageFacts(s, w, f)}</small>
              </span>
              {s.waiting > 0 && <b data-grouped>{f.count(s.waiting)}</b>}
              {keyed.includes(s) && <kbd aria-hidden>{keyed.indexOf(s) + 1}</kbd>}
            </a>
          </li>
        ))}
      </ul>
    );
  return (
    <>
      <section className={css["list"]}>
        <div className={css["head"]}>
          <h2>{w("waiting")}</h2>
          <span>{waiting.length || ""}</span>
        </div>
        {list(waiting, w("waiting_none"))}
      </section>
      <section className={css["list"]}>
        <div className={css["head"]}>
          <h2>{w("next")}</h2>
          <span>{w("next_note")}</span>
        </div>
        {list(next, w("next_none"))}
      </section>
    </>
  );
}
