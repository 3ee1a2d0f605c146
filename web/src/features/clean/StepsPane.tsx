import { Switch } from "antd";
import { GripVertical, Sparkles, Trash2 } from "lucide-react";
import { useEffect, useRef, useState } from "react";
import { useFormat } from "../../shared/format/useFormat";
import type { Action } from "../../shared/keys/actions";
import { ActionButton } from "../../shared/keys/ActionButton";
import { useLang } from "../../shared/words/useLang";
import { useWords } from "../../shared/words/useWords";
import type { Spec, Suggestion } from "./api";
import { ParamsForm } from "./ParamsForm";
import type { RecipeText } from "./recipeText";
import type { Tried } from "./usePreview";
import css from "./clean.module.css";

interface Props {
  recipe: RecipeText;
  titleOf: (i: number) => string;
  specOf: (i: number) => Spec | undefined;
  preview: Tried | undefined;
  chosen: number;
  choose: (i: number) => void;
  toggle: (i: number) => void;
  drop: (i: number) => void;
  move: (from: number, to: number) => void;
  setParam: (i: number, name: string, value: unknown) => void;
  columns: string[];
  may: boolean;
  add: Action;
  proposed: Suggestion[];
  take: (use: string) => void;
}

/** StepsPane is the recipe as its steps, with what each did to the sample, and what the rows would need besides. */
export function StepsPane(p: Props) {
  const w = useWords("clean");
  const f = useFormat();
  const lang = useLang();
  const [dragged, setDragged] = useState<number>();
  const zh = lang === "zh";
  const list = useRef<HTMLOListElement>(null);
  useEffect(() => {
    void list.current?.children[p.chosen]?.scrollIntoView({ block: "nearest" });
  }, [p.chosen, p.recipe.steps.length]);
  return (
    <aside className={css["steps"]} aria-label={w("steps")}>
      <div className={css["stepsHead"]}>
        <h2>{w("steps")}</h2>
        <span data-total={p.recipe.steps.length} className={css["note"]}>{f.count(p.recipe.steps.length)}</span>
        {p.may && <ActionButton size="small" type="text" action={p.add} />}
      </div>
      <div className={css["stepsBody"]} tabIndex={0} role="region" aria-label={w("steps")}>
        {p.recipe.problem && <p className={css["bad"]}>{p.recipe.problem}</p>}
        <ol ref={list}>
          {p.recipe.steps.map((s, i) => {
            const done = p.preview?.steps.get(i) ?? [];
            const changed = done.reduce((n, x) => n + x.rows_changed, 0);
            const aside = done.reduce((n, x) => n + x.set_aside, 0);
            const faulty = done.some((x) => x.fault);
            const spec = p.specOf(i);
            const on = i === p.chosen;
            return (
              <li
                key={`${s.use ?? s.recipe}${i}`}
                data-on={on}
                data-off={s.off}
                data-fault={faulty}
                draggable={p.may}
                onDragStart={() => setDragged(i)}
                onDragOver={(e) => dragged !== undefined && e.preventDefault()}
                onDrop={() => (dragged !== undefined && dragged !== i && p.move(dragged, i), setDragged(undefined))}
              >
                <div className={css["stepRow"]}>
                  <GripVertical size={14} className={css["grip"]} aria-hidden />
                  <button type="button" className={css["stepName"]} aria-pressed={on} onClick={() => p.choose(i)}>
                    <em>{i + 1}</em>
                    <span>
                      <b>{p.titleOf(i)}</b>
                      <small>{s.note || spec?.help[zh ? "zh" : "en"]}</small>
                    </span>
                    <span className={css["stepCount"]} data-aside={aside > 0}>
                      <b>{s.off ? "–" : f.count(aside || changed)}</b>
                      <small>{s.off ? w("off") : faulty ? w("faulty") : aside ? w("set_aside") : w("changes")}</small>
                    </span>
                  </button>
                </div>
                {on && (
                  <div className={css["stepMore"]}>
                    {p.may && (
                      <div className={css["stepActs"]}>
                        <Switch size="small" checked={!s.off} onChange={() => p.toggle(i)} aria-label={w("toggle")} />
                        <span className={css["note"]}>{s.off ? w("off") : w("on")}</span>
                        <button type="button" className={css["icon"]} onClick={() => p.drop(i)} aria-label={w("remove_step")} title={w("remove_step")}><Trash2 size={14} /></button>
                      </div>
                    )}
                    {spec && <ParamsForm spec={spec} values={s.with} columns={p.columns} may={p.may} set={(name, value) => p.setParam(i, name, value)} />}
                    {done.some((x) => x.whole_table) && <p className={css["note"]}>{w("whole_table")}</p>}
                  </div>
                )}
              </li>
            );
          })}
        </ol>
        {p.recipe.steps.length === 0 && !p.recipe.problem && <p className={css["note"]}>{w("no_steps")}</p>}
        {p.may && p.proposed.length > 0 && (
          <section className={css["proposed"]} aria-label={w("suggested")}>
            <h3><Sparkles size={14} aria-hidden /> {w("suggested")} <kbd>V</kbd></h3>
            {p.proposed.map((s) => (
              <button key={s.operator} type="button" onClick={() => p.take(s.operator)} title={w("take")}>
                <span>{s.title[zh ? "zh" : "en"]}</span>
                <b>{f.count(s.rows_changed + s.set_aside)}</b>
              </button>
            ))}
          </section>
        )}
      </div>
    </aside>
  );
}
