import type { ReactNode } from "react";
import css from "./page.module.css";

export type Tone = "plain" | "jade" | "cinnabar" | "gamboge" | "azurite" | "plum";

/** Chip is a short word with a tint. guess gives it the dashed plum edge of what a machine proposes. */
export function Chip({ tone = "plain", guess = false, children }: { tone?: Tone; guess?: boolean; children: ReactNode }) {
  return (
    <span className={css["chip"]} data-tone={tone} data-guess={guess}>
      {children}
    </span>
  );
}
