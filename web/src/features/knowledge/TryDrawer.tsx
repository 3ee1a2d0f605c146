import { Drawer, Input } from "antd";
import { useState } from "react";
import { useFormat } from "../../shared/format/useFormat";
import { Chip } from "../../shared/page/Chip";
import { Empty } from "../../shared/page/Empty";
import { Faces } from "../../shared/page/Faces";
import { useWords } from "../../shared/words/useWords";
import { useSearch } from "./api";
import css from "./knowledge.module.css";

/** TryDrawer asks the knowledge as a customer would and shows what is found, and why: the terms that counted. */
export function TryDrawer({ product, open, onClose, onOpen }: { product: string; open: boolean; onClose: () => void; onOpen: (entry: string) => void }) {
  const w = useWords("knowledge");
  const f = useFormat();
  const [text, setText] = useState("");
  const found = useSearch(product, text, 10);
  return (
    <Drawer open={open} onClose={onClose} title={w("try")} size={480}>
      <Input value={text} autoFocus maxLength={200} placeholder={w("try_placeholder")} aria-label={w("try_placeholder")} onChange={(e) => setText(e.target.value)} />
      {text.trim() !== "" && (
        <Faces of={found} empty={<Empty text={w("found_nothing")} />}>
          {(hits) => (
            <ol className={css["hits"]}>
              {hits.map((h) => (
                <li key={h.entry_id}>
                  <button type="button" onClick={() => onOpen(h.entry_id)}>{h.question}</button>
                  <b>{f.score(h.likeness)}</b>
                  <p>{w("closest", { wording: h.wording })}</p>
                  <p>{(h.terms ?? []).slice(0, 6).map((t) => <Chip key={t.text} tone="jade">{t.text} {t.weight.toFixed(1)}</Chip>)}</p>
                </li>
              ))}
            </ol>
          )}
        </Faces>
      )}
    </Drawer>
  );
}
