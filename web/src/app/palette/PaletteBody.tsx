import { Search } from "lucide-react";
import { useDeferredValue, useEffect, useMemo, useState, useSyncExternalStore } from "react";
import { useNavigate } from "react-router";
import { entriesNow, keyOf, listenToActions } from "../../shared/keys/registry";
import { showKeys } from "../../shared/keys/chord";
import { loadPinyin, matchText, type Matcher } from "../../shared/text/pinyin";
import { useWords } from "../../shared/words/useWords";
import { useHere } from "../products";
import { rank, remember, type Candidate } from "./rank";
import { useThings } from "./useThings";
import css from "./palette.module.css";

/** PaletteBody searches what can be done, the entries of the product, by characters, pinyin and initials. */
export function PaletteBody({ onClose }: { onClose: () => void }) {
  const w = useWords("app");
  const go = useNavigate();
  const here = useHere();
  const [query, setQuery] = useState("");
  const [at, setAt] = useState(0);
  const [match, setMatch] = useState<Matcher>(() => matchText);
  const slow = useDeferredValue(query.trim());
  const entries = useSyncExternalStore(listenToActions, entriesNow);
  useEffect(() => void loadPinyin().then((m) => setMatch(() => m)), []);

  const things = useThings(here?.id, slow);
  const candidates = useMemo<Candidate[]>(() => {
    const seen = new Set<string>();
    const acts = entries.flatMap((e) => e.actions).filter((a) => !a.hidden && !seen.has(a.id) && seen.add(a.id));
    return [
      ...acts.map((a) => ({ id: a.id, group: a.id.startsWith("go.") ? "pages" : "actions", text: a.words, side: showKeys(keyOf(a)), run: () => a.run() })),
      ...things.map((t) => ({ ...t, run: () => void go(t.to), ...(t.thread ? { thread: () => void go(t.thread!) } : {}) })),
    ];
  }, [entries, things, go]);
  const hits = useMemo(() => rank(candidates, slow, match), [candidates, slow, match]);
  const chosen = hits[Math.min(at, hits.length - 1)];
  const run = (c: Candidate | undefined, thread = false) => {
    if (!c) return;
    const what = thread ? c.thread : c.run;
    if (!what) return;
    remember(c.id);
    onClose();
    // The dialog goes first: what runs may open one of its own.
    setTimeout(what);
  };
  return (
    <div className={css["palette"]}>
      <div className={css["field"]}>
        <Search size={18} aria-hidden />
        <input
          autoFocus
          role="combobox"
          aria-expanded
          aria-controls="palette-list"
          aria-activedescendant={chosen ? `palette-${chosen.id}` : undefined}
          aria-label={w("search")}
          placeholder={w("search")}
          value={query}
          onChange={(e) => {
            setQuery(e.target.value);
            setAt(0);
          }}
          onKeyDown={(e) => {
            if (e.nativeEvent.isComposing) return;
            if (e.key === "ArrowDown" || e.key === "ArrowUp") {
              e.preventDefault();
              setAt((n) => Math.max(0, Math.min(hits.length - 1, n + (e.key === "ArrowDown" ? 1 : -1))));
            } else if (e.key === "Enter") {
              e.preventDefault();
              // The list may lag behind fast typing; what was typed decides.
              run(slow === query.trim() ? chosen : rank(candidates, query.trim(), match)[0], e.altKey);
            }
          }}
        />
        <kbd aria-hidden>Esc</kbd>
      </div>
      <div className={css["list"]} id="palette-list" role="listbox" aria-label={w("search")}>
        {hits.map((c, i) => (
          <div key={c.id} role="presentation">
            {c.group !== hits[i - 1]?.group && <div className={css["group"]} role="presentation">{w(`palette_${c.group}`)}</div>}
            <div id={`palette-${c.id}`} role="option" aria-selected={c === chosen} className={css["hit"]} onMouseMove={() => setAt(i)} onClick={() => run(c)} ref={(el) => void (c === chosen && el?.scrollIntoView({ block: "nearest" }))}>
              <span className={css["text"]}>
                {c.text.slice(0, c.hit.start)}
                <mark>{c.text.slice(c.hit.start, c.hit.end)}</mark>
                {c.text.slice(c.hit.end)}
              </span>
              <span className={css["side"]}>{c.side}</span>
            </div>
          </div>
        ))}
      </div>
      {!hits.length && <p className={css["none"]}>{w("palette_none")}</p>}
      <div className={css["foot"]} aria-hidden>
        <kbd>↑</kbd> <kbd>↓</kbd> {w("palette_move")} <kbd>Enter</kbd> {w("palette_open")} <kbd>Alt Enter</kbd> {w("palette_thread")} <span>{w("palette_prefix")}</span>
      </div>
    </div>
  );
}
