import { Button, Input } from "antd";
import { Plus, X } from "lucide-react";
import { useState, type ReactNode } from "react";
import { Section } from "../../shared/page/Section";
import { useWords } from "../../shared/words/useWords";
import { useSearch } from "./api";
import css from "./knowledge.module.css";
import { useSettled } from "./useSettled";

/** Variants are the other wordings of a question, beside what was mined for it. While one is typed, the entry that already answers something like it is shown. */
export function Variants({ product, entry, variants, disabled, onChange, children }: { product: string; entry: string | undefined; variants: string[]; disabled: boolean; onChange: (variants: string[]) => void; children?: ReactNode }) {
  const w = useWords("knowledge");
  const [typed, setTyped] = useState("");
  const settled = useSettled(typed, typed, 150);
  const found = useSearch(product, settled, 3);
  const near = (found.data ?? []).find((h) => h.entry_id !== entry && h.likeness >= 0.6);
  const twice = variants.includes(typed.trim());
  const add = () => {
    if (!typed.trim() || twice) return;
    onChange([...variants, typed.trim()]);
    setTyped("");
  };
  return (
    <Section title={w("col_variants")} note={w("variants_note", { count: variants.length })}>
      <div className={css["wordings"]}>
        <ul className={css["variants"]}>
          {variants.map((v, i) => (
            <li key={`${i}-${v}`}>
              <span>{v}</span>
              {!disabled && <Button type="text" size="small" icon={<X size={13} />} aria-label={w("drop_variant", { text: v })} onClick={() => onChange(variants.filter((_, j) => j !== i))} />}
            </li>
          ))}
        </ul>
        {children}
      </div>
      {!disabled && (
        <>
          <Input value={typed} maxLength={200} placeholder={w("add_variant")} aria-label={w("add_variant")} onChange={(e) => setTyped(e.target.value)} onPressEnter={(e) => { if (!e.nativeEvent.isComposing && !e.ctrlKey) add(); }} suffix={<Button type="text" size="small" icon={<Plus size={14} />} aria-label={w("add_variant")} onClick={add} disabled={!typed.trim() || twice} />} />
          {twice && <p className={css["warning"]}>{w("twice")}</p>}
          {typed.trim() !== "" && near && <p className={css["warning"]}>{w("alike_theirs", { mine: typed.trim(), theirs: near.wording, question: near.question, likeness: near.likeness.toFixed(2) })}</p>}
        </>
      )}
    </Section>
  );
}
