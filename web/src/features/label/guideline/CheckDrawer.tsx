import { Drawer } from "antd";
import type { Schemas } from "../../../shared/api/client";
import { useFormat } from "../../../shared/format/useFormat";
import { useWords } from "../../../shared/words/useWords";
import { Labels } from "../Labels";
import css from "./guideline.module.css";

/** CheckDrawer is the examples on which a person or a model says otherwise; a row opens its label. */
export function CheckDrawer({ check, name, nameOf, close, onLabel }: { check: Schemas["LabelChecked"]; name: string; nameOf: (id: string) => string; close: () => void; onLabel: (id: string) => void }) {
  const w = useWords("label");
  const f = useFormat();
  return (
    <Drawer open onClose={close} size={720} title={w("check_of", { name, passed: f.count(check.passed_count), all: f.count(check.example_count) })}>
      {!check.contradictions?.length && <p>{w("all_passed")}</p>}
      <ol className={css["contradictions"]}>
        {check.contradictions?.map((c, i) => (
          <li key={i}>
            <button type="button" onClick={() => c.labels?.[0] && onLabel(c.labels[0])}>
              {c.context?.map((line, j) => <span key={j} className={css["before"]}>{line}</span>)}
              <span className={css["exampleText"]}>{c.text}</span>
              <span className={css["versus"]}>
                {w("guideline_says")} <Labels of={c.labels} nameOf={nameOf} tone="jade" /> {w("they_say")} <Labels of={c.got} nameOf={nameOf} />
              </span>
              {c.note && <span className={css["before"]}>{c.note}</span>}
            </button>
          </li>
        ))}
      </ol>
    </Drawer>
  );
}
