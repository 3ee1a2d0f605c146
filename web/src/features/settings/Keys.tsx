import { Button, Input } from "antd";
import { useState, useSyncExternalStore } from "react";
import { pressed, showKeys } from "../../shared/keys/chord";
import { entriesNow, listenToActions } from "../../shared/keys/registry";
import { setSettings, useSettings } from "../../shared/theme/settings";
import { useWords } from "../../shared/words/useWords";
import css from "./settings.module.css";

/** Keys gives each action another key, or none. Actions of a page are listed while they are known in this visit. */
export function Keys() {
  const w = useWords("settings");
  const { keys } = useSettings();
  const entries = useSyncExternalStore(listenToActions, entriesNow);
  const [listening, setListening] = useState<string>();
  const seen = new Set<string>();
  // Label keys are a layer of their own and never move.
  const actions = entries.filter((e) => e.layer !== "labels").flatMap((e) => e.actions).filter((a) => a.key && !seen.has(a.id) && seen.add(a.id));
  const keyOf = (a: { id: string; key?: string }) => keys[a.id] ?? a.key ?? "";
  const set = (id: string, key: string | undefined) => {
    const next = { ...keys };
    if (key === undefined) delete next[id];
    else next[id] = key;
    setSettings({ keys: next });
  };
  return (
    <>
      <p className={css["help"]}>{w("keys_help")}</p>
      <ul className={css["keys"]}>
        {actions.map((a) => {
          const key = keyOf(a);
          const twin = key && actions.find((b) => b.id !== a.id && keyOf(b) === key);
          return (
            <li key={a.id}>
              <span>{a.words}</span>
              <span className={css["warn"]}>{twin && w("keys_twice", { what: twin.words })}</span>
              {listening === a.id ? (
                <Input
                  autoFocus
                  size="small"
                  readOnly
                  className={css["listen"]!}
                  value={w("keys_press")}
                  aria-label={w("keys_press")}
                  onBlur={() => setListening(undefined)}
                  onKeyDown={(e) => {
                    if (["Shift", "Control", "Alt", "Meta", "Tab"].includes(e.key)) return;
                    e.preventDefault();
                    if (e.key !== "Escape") set(a.id, e.key === "Backspace" ? "" : pressed(e.nativeEvent)[0]!);
                    setListening(undefined);
                  }}
                />
              ) : (
                <Button size="small" aria-label={w("keys_set", { what: a.words })} onClick={() => setListening(a.id)}>
                  {key ? showKeys(key) : w("keys_off")}
                </Button>
              )}
              <Button size="small" type="text" disabled={keys[a.id] === undefined} aria-label={`${w("keys_reset")} ${a.words}`} onClick={() => set(a.id, undefined)}>
                {w("keys_reset")}
              </Button>
            </li>
          );
        })}
      </ul>
    </>
  );
}
