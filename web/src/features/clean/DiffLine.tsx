import type { View } from "./ChangedRows";
import { veiled, type Segment } from "./merged";
import css from "./clean.module.css";

/** DiffLine is one cell: removed struck, added underlined, the chosen step strong, the others faint; masked text stays masked. */
export function DiffLine({ segments, strong, masks, view }: { segments: Segment[]; strong: number[]; masks: number[]; view: View }) {
  return (
    <span className={css["diff"]}>
      {segments.map((s, i) => {
        const masked = masks.includes(s.step);
        const text = shown(s.kind === "del" && masked ? veiled(s.text) : s.text, s.kind !== "same");
        if (s.kind === "same") return <span key={i}>{text}</span>;
        if (s.kind === "del") return view === "after" ? null : <del key={i} data-strong={strong.includes(s.step)} data-plain={view === "before"}>{text}</del>;
        return view === "before" ? null : <ins key={i} data-strong={strong.includes(s.step)} data-masked={masked} data-plain={view === "after"}>{text}</ins>;
      })}
    </span>
  );
}

/** shown makes characters visible that have no shape: a removed zero-width space must be seen. */
function shown(text: string, mark: boolean): string {
  return mark ? text.replace(/[\u200b-\u200f\u2028-\u202e\u2060\ufeff\u00ad]/gu, "·").replace(/\n/g, "↵").replace(/\t/g, "→") : text;
}
