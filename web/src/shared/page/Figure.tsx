import type { ReactNode } from "react";
import { Link } from "react-router";
import css from "./page.module.css";

export interface FigureProps {
  label: string;
  /** value is already formatted: "92.8". */
  value: ReactNode;
  unit?: string;
  /** to opens the rows behind the number; every figure has it unless there are none. */
  to?: string;
  /** grouped: the number is no count of the rows behind it but a rate of them, or counts groups of them. */
  grouped?: boolean;
  /** base is its interval or what it was counted on: "±1.6 · 1,021 行". */
  base?: ReactNode;
  /** change is against what came before; better says which way is good, so colour and ▲▼ agree. */
  change?: { text: string; up: boolean; better: boolean };
}

/** Figure is a number that is a door. */
export function Figure({ label, value, unit, to, grouped, base, change }: FigureProps) {
  const inner = (
    <>
      {value}
      {unit && <span className={css["figureUnit"]}>{unit}</span>}
    </>
  );
  return (
    <div className={css["figure"]} data-figure={to ? "linked" : "plain"} data-grouped={grouped || undefined}>
      <div className={css["figureLabel"]}>{label}</div>
      {to ? (
        <Link className={css["figureValue"]} to={to} aria-label={`${label} ${typeof value === "string" ? value : ""}${unit ?? ""}`}>
          {inner}
        </Link>
      ) : (
        <span className={css["figureValue"]}>{inner}</span>
      )}
      {base && <span className={css["figureBase"]}>{base}</span>}
      {change && (
        <div className={change.better ? css["better"] : css["worse"]}>
          {change.up ? "▲" : "▼"} {change.text}
        </div>
      )}
    </div>
  );
}
