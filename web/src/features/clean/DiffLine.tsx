import { seen, type Part, type View } from "./parts";
import css from "./clean.module.css";

/** DiffLine is one text: removed struck, added underlined, the chosen step strong, the others faint; personal data comes masked. */
export function DiffLine({ parts, chosen, masks, view }: { parts: Part[]; chosen: number; masks: number[]; view: View }) {
  return (
    <span className={css["diff"]} data-said>
      {seen(parts, view, chosen).map((p, i) => {
        const text = shown(p.text, !!(p.added || p.removed));
        if (p.removed) return <del key={i} data-strong={p.removed === chosen} data-plain={view === "before"}>{text}</del>;
        if (p.added) return <ins key={i} data-strong={p.added === chosen} data-masked={masks.includes(p.added)} data-plain={view === "after"}>{text}</ins>;
        return <span key={i}>{text}</span>;
      })}
    </span>
  );
}

/** shown makes characters visible that have no shape: a removed zero-width space must be seen. */
function shown(text: string, mark: boolean): string {
  return mark ? text.replace(/[\u200b-\u200f\u2028-\u202e\u2060\ufeff\u00ad]/gu, "·").replace(/\n/g, "↵").replace(/\t/g, "→") : text;
}
