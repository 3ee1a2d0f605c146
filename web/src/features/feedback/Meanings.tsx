import { Checkbox, Select } from "antd";
import { useEffect, useState } from "react";
import { useFormat } from "../../shared/format/useFormat";
import { ActionButton } from "../../shared/keys/ActionButton";
import type { Action } from "../../shared/keys/actions";
import { Section } from "../../shared/page/Section";
import { loadPinyin, matchText, type Matcher } from "../../shared/text/pinyin";
import { useWords } from "../../shared/words/useWords";
import type { Item, Turn } from "./api";
import css from "./feedback.module.css";

interface Props {
  turn: Turn;
  labels: { id: string; name: string }[];
  chosen: string[];
  onChoose: (labels: string[]) => void;
  alike: Item[];
  ticked: string[];
  onTick: (turns: string[]) => void;
  fix: Action;
  others: Action[];
}

/** Meanings is what the turn could have meant, one key each; what asks the same is corrected with it. */
export function Meanings({ turn, labels, chosen, onChoose, alike, ticked, onTick, fix, others }: Props) {
  const w = useWords("feedback");
  const f = useFormat();
  const [match, setMatch] = useState<Matcher>(() => matchText);
  useEffect(() => void loadPinyin().then((m) => setMatch(() => m)), []);
  const name = (id: string) => labels.find((l) => l.id === id)?.name ?? id;
  const top = (turn.trace.labels ?? []).slice(0, 5);
  const further = chosen.filter((c) => !top.some((t) => t.label === c));
  return (
    <>
      <Section title={w("really")} note={w("by_digit")}>
        <div className={css["meanings"]}>
          {top.map((t, i) => (
            <button key={t.label} type="button" className={css["meaning"]} aria-pressed={chosen.includes(t.label)} data-machine={i === 0} onClick={() => onChoose(toggled(chosen, t.label))}>
              <kbd>{i + 1}</kbd>
              <span>{name(t.label)}{i === 0 && <small>{w("machine_said")}</small>}</span>
              <b>{f.score(t.probability)}</b>
            </button>
          ))}
          {further.map((id) => (
            <button key={id} type="button" className={css["meaning"]} aria-pressed onClick={() => onChoose(toggled(chosen, id))}>
              <span>{name(id)}</span>
            </button>
          ))}
          <Select
            size="small"
            value={null}
            aria-label={w("other_meaning")}
            placeholder={w("other_meaning")}
            showSearch={{ filterOption: (query, option) => !!option && (match(String(option.label), query) !== undefined || match(String(option.value), query) !== undefined) }}
            options={labels.map((l) => ({ value: l.id, label: l.name }))}
            onChange={(id: string | null) => {
              if (!id) return;
              onChoose(toggled(chosen, id));
              (document.activeElement as HTMLElement | null)?.blur(); // so that Enter goes live
            }}
          />
        </div>
        <div className={css["others"]}>
          {others.map((a) => (
            <ActionButton key={a.id} action={a} size="small" />
          ))}
        </div>
      </Section>
      {alike.length > 0 && (
        <Section title={w("alike", { count: alike.length })} acts={<Checkbox checked={ticked.length === alike.length} indeterminate={ticked.length > 0 && ticked.length < alike.length} onChange={(e) => onTick(e.target.checked ? alike.map((i) => i.turn_id) : [])}>{w("all")}</Checkbox>}>
          <ul className={css["alike"]}>
            {alike.map((i) => (
              <li key={i.turn_id}>
                <Checkbox checked={ticked.includes(i.turn_id)} onChange={() => onTick(toggled(ticked, i.turn_id))}>{i.text}</Checkbox>
              </li>
            ))}
          </ul>
        </Section>
      )}
      <ActionButton action={fix} type="primary" block size="large" />
    </>
  );
}

export function toggled(list: string[], one: string): string[] {
  return list.includes(one) ? list.filter((x) => x !== one) : [...list, one];
}
