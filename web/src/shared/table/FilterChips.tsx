import { Button, Tag } from "antd";
import { useWords } from "../words/useWords";
import css from "./table.module.css";

/** FilterChips shows what the list is filtered by; each chip goes with its ×. */
export function FilterChips({ chips, onClear }: { chips: { name: string; words: string; remove: () => void }[]; onClear: () => void }) {
  const w = useWords("shared");
  if (!chips.length) return null;
  return (
    <div className={css["chips"]} role="group" aria-label={w("filter")}>
      {chips.map((c) => (
        <Tag key={c.name} closable={{ "aria-label": w("filter_remove", { what: c.words }) }} onClose={c.remove}>
          {c.words}
        </Tag>
      ))}
      <Button type="link" size="small" onClick={onClear}>
        {w("filter_clear")}
      </Button>
    </div>
  );
}
