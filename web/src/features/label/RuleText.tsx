import { Fragment } from "react";
import css from "./label.module.css";

/** RuleText is a rule with the labels that it names as links to their rules. */
export function RuleText({ text, known, nameOf, onLabel }: { text: string; known: (id: string) => boolean; nameOf: (id: string) => string; onLabel: (id: string) => void }) {
  const parts = text.split(/([A-Za-z][A-Za-z0-9_]*)/);
  return (
    <p className={css["rule"]}>
      {parts.map((part, i) =>
        known(part) ? (
          <button key={i} type="button" className={css["toLabel"]} onClick={() => onLabel(part)}>
            {nameOf(part)}
          </button>
        ) : (
          <Fragment key={i}>{part}</Fragment>
        ),
      )}
    </p>
  );
}
