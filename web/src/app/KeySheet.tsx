import { Modal } from "antd";
import { useState, useSyncExternalStore } from "react";
import { Link } from "react-router";
import { layers } from "../shared/keys/actions";
import { showKeys } from "../shared/keys/chord";
import { entriesNow, listenToActions } from "../shared/keys/registry";
import { useActions } from "../shared/keys/useActions";
import { useKeyOf } from "../shared/keys/useKeyOf";
import { useWords } from "../shared/words/useWords";
import css from "./shell.module.css";

/** KeySheet is what every key does on this page now; ? opens it. */
export function KeySheet() {
  const w = useWords("app");
  const [open, setOpen] = useState(false);
  const entries = useSyncExternalStore(listenToActions, entriesNow);
  const keyOf = useKeyOf();
  useActions([{ id: "keys.sheet", words: w("keys"), key: "?", run: () => setOpen(true) }], "everywhere");
  const groups = layers.map((layer) => {
    const seen = new Set<string>();
    const actions = entries.filter((e) => e.layer === layer).flatMap((e) => e.actions).filter((a) => keyOf(a) && !seen.has(a.id) && seen.add(a.id));
    return { layer, actions };
  });
  return (
    <Modal open={open} onCancel={() => setOpen(false)} title={w("keys")} footer={<Link to="/settings/keys" onClick={() => setOpen(false)}>{w("keys_change")}</Link>} width={760}>
      <div className={css["keys"]}>
        {groups.filter((g) => g.actions.length).map((g) => (
          <section key={g.layer}>
            <h3>{w(`layer_${g.layer}`)}</h3>
            <dl>
              {g.actions.map((a) => (
                <div key={a.id}>
                  <dt>{a.words}</dt>
                  <dd>{[keyOf(a), ...(a.more ?? [])].map((k) => <kbd key={k}>{showKeys(k)}</kbd>)}</dd>
                </div>
              ))}
            </dl>
          </section>
        ))}
      </div>
    </Modal>
  );
}
