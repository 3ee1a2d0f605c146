import { memo } from "react";
import { useFormat } from "../../../shared/format/useFormat";
import { useWords } from "../../../shared/words/useWords";
import type { Label } from "../api";
import css from "./desk.module.css";

interface Props {
  labels: readonly Label[];
  keys: Map<string, string>;
  chosen: readonly string[];
  guesses: readonly { label: string; score: number }[];
  recent: readonly string[];
  nameOf: (id: string) => string;
  multi: boolean;
  choose: (id: string) => void;
  onFocus: (id: string) => void;
  search: () => void;
}

/** LabelKeys are the labels under their keys; those without a key are found by searching, the chosen, guessed and recent ones stand here. */
export const LabelKeys = memo(function LabelKeys(p: Props) {
  const w = useWords("label");
  const f = useFormat();
  const withKey = p.labels.filter((l) => p.keys.has(l.id));
  const rest = p.labels.length - withKey.length;
  const others = [...new Set([...p.chosen, ...p.guesses.map((g) => g.label), ...p.recent])].filter((id) => !p.keys.has(id) && p.labels.some((l) => l.id === id));
  const key = (id: string) => {
    const on = p.chosen.includes(id);
    const guess = p.guesses.find((g) => g.label === id);
    const top = !!guess && guess === p.guesses[0];
    return (
      <button key={id} type="button" className={css["key"]} data-on={on} data-guess={top} data-label={id} aria-pressed={on} onClick={() => p.choose(id)} onMouseEnter={() => p.onFocus(id)} title={p.nameOf(id)}>
        {p.keys.has(id) && <kbd aria-hidden>{p.keys.get(id)}</kbd>}
        <span className={css["keyName"]}>{p.nameOf(id)}</span>
        {guess && <span className={css["score"]}>{f.score(guess.score)}</span>}
      </button>
    );
  };
  return (
    <div>
      <p className={css["ask"]}>{p.multi ? w("what_multi") : w("what_single")}</p>
      <div className={css["keys"]} role="group" aria-label={w("labels")} data-many={withKey.length > 10}>
        {withKey.map((l) => key(l.id))}
      </div>
      {rest > 0 && (
        <div className={css["others"]} role="group" aria-label={w("labels_more")}>
          {others.slice(0, 8).map(key)}
          <button type="button" className={css["more"]} onClick={p.search}>
            {w("more_labels", { count: rest })} <kbd aria-hidden>/</kbd>
          </button>
        </div>
      )}
    </div>
  );
});
