import { Modal } from "antd";
import { useState } from "react";
import type { Schemas } from "../../../shared/api/client";
import { useActions } from "../../../shared/keys/useActions";
import { useWords } from "../../../shared/words/useWords";
import type { Saved } from "../api";
import { LabelSelect } from "../LabelSelect";
import { RuleText } from "../RuleText";
import css from "./quality.module.css";

interface Props {
  row: Pick<Schemas["LabelReviewed"], "text" | "context" | "answers">;
  saved: Saved;
  nameOf: (id: string) => string;
  decide: (labels: string[]) => void;
  close: () => void;
}

/** Decision settles a row by any labels of the guideline; the rules in question stand beside. */
export function Decision({ row, saved, nameOf, decide, close }: Props) {
  const w = useWords("label");
  const [labels, setLabels] = useState<string[]>([...new Set(row.answers?.[0]?.labels ?? [])]);
  const all = saved.guideline.labels ?? [];
  const asked = [...new Set([...(row.answers?.flatMap((a) => a.labels ?? []) ?? []), ...labels])];
  const ready = saved.guideline.multi || labels.length === 1;
  useActions([{ id: "label.decision.ok", words: w("decide"), key: "Ctrl Enter", when: () => ready, run: () => decide(labels), hidden: true }], "dialog");
  return (
    <Modal open closable={false} title={w("decide")} width={640} onCancel={close} okText={<>{w("decide")} <kbd aria-hidden>Ctrl Enter</kbd></>} okButtonProps={{ disabled: !ready }} onOk={() => decide(labels)} transitionName="" maskTransitionName="">
      <p className={css["lines"]}>{row.context?.map((l) => `${w(`who_${l.who}`)}：${l.text}`).join("\n")}</p>
      <p className={css["text"]}>{row.text}</p>
      <LabelSelect labels={all} nameOf={nameOf} multi={saved.guideline.multi} value={labels} onChange={setLabels} />
      <div className={css["rules"]}>
        {asked.map((id) => {
          const l = all.find((one) => one.id === id);
          return (
            l && (
              <section key={id}>
                <h3>{nameOf(id)}</h3>
                <RuleText text={l.rule ?? ""} known={(other) => all.some((o) => o.id === other)} nameOf={nameOf} onLabel={(other) => setLabels((old) => [...new Set([...old, other])])} />
              </section>
            )
          );
        })}
      </div>
    </Modal>
  );
}
