import { Button } from "antd";
import { Check } from "lucide-react";
import { useState } from "react";
import { Link, useNavigate } from "react-router";
import type { Overview } from "../../shared/api/useOverview";
import { useFormat } from "../../shared/format/useFormat";
import { useActions } from "../../shared/keys/useActions";
import { did } from "../../shared/undo/undo";
import { useWords } from "../../shared/words/useWords";
import { guideSteps } from "./guide";
import css from "./guide.module.css";

const storage = "zhuomo.guide.folded";

/** Guide is the strip of real tasks of the first hour; it leaves by itself when all are done. */
export function Guide({ overview }: { overview: Overview }) {
  const w = useWords("home");
  const f = useFormat();
  const [folded, setFolded] = useState(() => localStorage.getItem(storage) === "1");
  const fold = (now: boolean) => {
    localStorage.setItem(storage, now ? "1" : "");
    setFolded(now);
  };
  const steps = guideSteps(overview, w, f);
  const done = steps.filter((s) => s.done).length;
  const all = done === steps.length;
  const hide = () => {
    fold(true);
    did({ words: w("guide_hidden"), undo: () => fold(false), redo: () => fold(true) });
  };
  const go = useNavigate();
  const now = steps.find((s) => !s.done);
  const to = (stage: string) => (stage === "chat" ? `/chat/${overview.product_id}` : `/${overview.product_id}/${stage}`);
  const words = (id: string) => w(`guide_${id}`);
  const next = () => now && (now.to === "chat" ? location.assign(to(now.to)) : void go(to(now.to)));
  const shown = !all && !folded;
  useActions([
    ...(all ? [] : [{ id: "home.guide", words: w("guide"), key: "U", run: () => (folded ? fold(false) : hide()) }]),
    ...(shown && now ? [{ id: "home.guide_next", words: w("guide_next", { task: words(now.id) }), key: "N", run: next }] : []),
  ]);
  if (!shown) return null;
  return (
    <section className={css["guide"]} aria-label={w("guide")} data-guide={done}>
      <div className={css["head"]}>
        <h2>{w("guide")}</h2>
        <span>{w("guide_note", { done, all: steps.length })}</span>
        <Button type="text" size="small" onClick={hide}>
          {w("guide_hide")} <kbd>U</kbd>
        </Button>
      </div>
      <ol>
        {[...steps, { id: "thread", to: "thread", done: false, result: "" }].map((s) => (
          <li key={s.id} data-step={s.id} data-done={s.done} aria-current={s === now ? "step" : undefined}>
            <Link to={to(s.to)} reloadDocument={s.to === "chat"}>
              {s.done && <Check size={14} aria-hidden />} {words(s.id)}
            </Link>
            {s === now && <kbd aria-hidden>N</kbd>}
            <small>{s.result}</small>
          </li>
        ))}
      </ol>
    </section>
  );
}
