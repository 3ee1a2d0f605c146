import { Checkbox, Input } from "antd";
import { useEffect, useRef, useState } from "react";
import { ActionButton } from "../../../shared/keys/ActionButton";
import type { Action } from "../../../shared/keys/actions";
import { useActions } from "../../../shared/keys/useActions";
import { loadPinyin, matchText, type Matcher } from "../../../shared/text/pinyin";
import { useLang } from "../../../shared/words/useLang";
import { useWords } from "../../../shared/words/useWords";
import { labelName } from "../labelNames";
import { setAt, type FormLabel } from "./document";
import type { Draft } from "./useDraft";
import css from "./guideline.module.css";

interface Props {
  labels: FormLabel[];
  at: number;
  choose: (id: string) => void;
  add: Action | undefined;
  name: string;
  multi: boolean;
  draft: Draft;
  mayEdit: boolean;
}

/** LabelList is the labels in their order, which fixes the keys of the desk; J K move, / finds. */
export function LabelList({ labels, at, choose, add, name, multi, draft, mayEdit }: Props) {
  const w = useWords("label");
  const lang = useLang();
  const [query, setQuery] = useState("");
  const [match, setMatch] = useState<{ by: Matcher }>({ by: matchText });
  const here = useRef<HTMLButtonElement>(null);
  useEffect(() => void loadPinyin().then((by) => setMatch({ by })), []);
  useEffect(() => {
    here.current?.scrollIntoView({ block: "nearest" }); // newer browsers answer a promise, which is no clean-up
  }, [at]);
  const shown = labels.map((l, i) => ({ l, i })).filter(({ l }) => !query || [l.zh, l.en, l.id].some((t) => match.by(t, query)));
  const move = (by: number) => {
    const next = shown[shown.findIndex((s) => s.i === at) + by];
    if (next) choose(next.l.id);
  };
  useActions(
    [
      { id: "list.down", words: w("next_label"), key: "J", more: ["ArrowDown"], run: () => move(1), hidden: true, repeat: true },
      { id: "list.up", words: w("last_label"), key: "K", more: ["ArrowUp"], run: () => move(-1), hidden: true, repeat: true },
    ],
    "list",
  );
  return (
    <nav className={css["labels"]} data-total={shown.length} aria-label={w("labels")}>
      <div className={css["labelsHead"]}>
        <Input size="small" value={name} readOnly={!mayEdit} aria-label={w("guideline_name")} onChange={(e) => draft.set(setAt(draft.doc(), ["name"], e.target.value))} />
        <Checkbox checked={multi} disabled={!mayEdit} onChange={(e) => draft.set(setAt(draft.doc(), ["multi"], e.target.checked))}>
          {w("allow_several")}
        </Checkbox>
        <Input.Search size="small" allowClear placeholder={w("find_placeholder")} aria-label={w("find_label")} onChange={(e) => setQuery(e.target.value)} />
      </div>
      <ol data-scroll>
        {shown.map(({ l, i }) => (
          <li key={i}>
            <button ref={i === at ? here : null} type="button" aria-current={i === at} onClick={() => choose(l.id)}>
              <span className={css["number"]}>{i + 1}</span>
              <span className={css["labelName"]}>{labelName(l, lang)}</span>
              <span className={css["count"]} data-few={l.examples.length < 2}>{l.examples.length}</span>
            </button>
          </li>
        ))}
      </ol>
      {add && <div className={css["labelsFoot"]}><ActionButton size="small" action={add} /></div>}
    </nav>
  );
}
