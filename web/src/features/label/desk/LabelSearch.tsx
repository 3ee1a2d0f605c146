import { Input, Modal } from "antd";
import { useEffect, useMemo, useState, type KeyboardEvent } from "react";
import { loadPinyin, matchText, type Matcher } from "../../../shared/text/pinyin";
import { useWords } from "../../../shared/words/useWords";
import type { Label } from "../api";
import { findLabels } from "./findLabels";
import css from "./desk.module.css";

interface Props {
  labels: readonly Label[];
  keys: Map<string, string>;
  chosen: readonly string[];
  nameOf: (id: string) => string;
  multi: boolean;
  choose: (id: string) => void;
  close: () => void;
}

/** LabelSearch finds a label by characters, pinyin, initials or id; Enter takes it, several one after the other. */
export function LabelSearch({ labels, keys, chosen, nameOf, multi, choose, close }: Props) {
  const w = useWords("label");
  const [query, setQuery] = useState("");
  const [at, setAt] = useState(0);
  const [match, setMatch] = useState<{ by: Matcher }>({ by: matchText });
  useEffect(() => void loadPinyin().then((by) => setMatch({ by })), []);
  const found = useMemo(() => findLabels(labels, nameOf, query, match.by), [labels, nameOf, query, match]);
  const here = Math.min(at, found.length - 1);
  const take = (id: string) => {
    choose(id);
    if (multi) setQuery("");
    else close();
  };
  const onKeyDown = (e: KeyboardEvent) => {
    if (e.nativeEvent.isComposing || e.keyCode === 229) return;
    if (e.key === "ArrowDown" || e.key === "ArrowUp") {
      e.preventDefault();
      setAt((here + (e.key === "ArrowDown" ? 1 : -1) + found.length) % Math.max(1, found.length));
    }
    if (e.key !== "Enter") return;
    e.preventDefault();
    if (!query && multi && chosen.length) return close(); // Enter in an empty field goes back to the row
    const hit = found[here];
    if (!hit) return;
    take(hit.id);
    close();
  };
  return (
    <Modal open onCancel={close} footer={null} closable={false} title={w("find_label")} width={440} style={{ top: 120 }} transitionName="" maskTransitionName="">
      <Input
        autoFocus
        value={query}
        placeholder={w("find_placeholder")}
        aria-label={w("find_label")}
        aria-controls="label-found"
        aria-activedescendant={found[here] ? `found-${here}` : undefined}
        role="combobox"
        aria-expanded
        onChange={(e) => {
          setQuery(e.target.value);
          setAt(0);
        }}
        onKeyDown={onKeyDown}
      />
      <ul className={css["found"]} id="label-found" role="listbox" aria-label={w("labels")}>
        {found.map((l, i) => (
          <li key={l.id} id={`found-${i}`} role="option" aria-selected={i === here} data-on={chosen.includes(l.id)} onClick={() => take(l.id)}>
            <span>{nameOf(l.id)}</span>
            <span className={css["foundID"]}>{l.id}</span>
            {keys.has(l.id) && <kbd>{keys.get(l.id)}</kbd>}
          </li>
        ))}
        {!found.length && <li className={css["foundNone"]}>{w("find_nothing")}</li>}
      </ul>
    </Modal>
  );
}
