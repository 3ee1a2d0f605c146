import { Input, Modal } from "antd";
import { useEffect, useState } from "react";
import { loadPinyin, matchText, type Matcher } from "../../shared/text/pinyin";
import { useLang } from "../../shared/words/useLang";
import { useWords } from "../../shared/words/useWords";
import type { Spec } from "./api";
import css from "./clean.module.css";

const families = ["encoding", "unicode", "script", "punctuation", "markup", "space", "privacy", "duplicate", "quality", "reshape"];

/** AddStep finds an operator by words, pinyin or initials; Enter adds the one that is marked. */
export function AddStep({ operators, close, add }: { operators: Spec[]; close: () => void; add: (use: string) => void }) {
  const w = useWords("clean");
  const zh = useLang() === "zh";
  const [query, setQuery] = useState("");
  const [at, setAt] = useState(0);
  const [match, setMatch] = useState<Matcher>(() => matchText);
  useEffect(() => {
    void loadPinyin().then((m) => setMatch(() => m));
  }, []);
  const text = (s: Spec) => (zh ? s.title.zh : s.title.en);
  const help = (s: Spec) => (zh ? s.help.zh : s.help.en);
  const found = operators
    .map((s) => ({ s, score: Math.max(match(text(s), query)?.score ?? -1, (match(s.name, query)?.score ?? -1) - 5, (match(w(`family_${s.family}`), query)?.score ?? -1) - 10, (matchText(help(s), query)?.score ?? -1) - 20) }))
    .filter((x) => x.score >= 0 || !query)
    .sort((a, b) => (query ? b.score - a.score : 0) || families.indexOf(a.s.family) - families.indexOf(b.s.family))
    .map((x) => x.s);
  const here = Math.min(at, found.length - 1);
  return (
    <Modal open onCancel={close} footer={null} title={w("add_title")} width={640} destroyOnHidden>
      <Input
        autoFocus
        value={query}
        placeholder={w("add_find")}
        aria-label={w("add_find")}
        onChange={(e) => (setQuery(e.target.value), setAt(0))}
        onKeyDown={(e) => {
          if (e.nativeEvent.isComposing) return;
          if (e.key === "ArrowDown") setAt(Math.min(found.length - 1, here + 1));
          else if (e.key === "ArrowUp") setAt(Math.max(0, here - 1));
          else if (e.key === "Enter" && found[here]) add(found[here].name);
          else return;
          e.preventDefault();
        }}
      />
      <ul className={css["operators"]}>
        {found.map((s, i) => (
          <li key={s.name}>
            <button type="button" data-on={i === here} ref={(el) => { if (i === here) el?.scrollIntoView({ block: "nearest" }); }} onClick={() => add(s.name)}>
              <b>{text(s)}</b>
              <em>{w(`family_${s.family}`)}</em>
              <small>{help(s)}</small>
            </button>
          </li>
        ))}
      </ul>
      {found.length === 0 && <p className={css["note"]}>{w("add_none")}</p>}
    </Modal>
  );
}
