// The design tokens, and the parts of them that a mode picks.

import tokens from "./tokens.json";

export type Mode = "light" | "dark";
export type Density = "compact" | "normal" | "roomy";

export { tokens };

/** rowHeights are the heights of a table row in px, by density. */
export const rowHeights: Record<Density, number> = { compact: tokens.size.rowCompact, normal: tokens.size.row, roomy: tokens.size.rowRoomy };

/** color gives the value of a role such as "jade" for canvas drawings; in CSS write var(--jade). */
export function color(mode: Mode, role: keyof (typeof tokens.color)["light"]): string {
  return tokens.color[mode][role].value;
}

/**
 * cssVariables are the custom properties of a mode: every colour role (--ink1), the eight label
 * colours (--label1-bg, --label1-ink), the marks of a difference (--diff-addedBg), fonts and --row.
 */
export function cssVariables(mode: Mode, density: Density): Record<string, string> {
  const out: Record<string, string> = {};
  for (const [role, { value }] of Object.entries(tokens.color[mode])) out[`--${role}`] = value;
  tokens.label[mode].forEach(([bg, ink], i) => {
    out[`--label${i + 1}-bg`] = bg!;
    out[`--label${i + 1}-ink`] = ink!;
  });
  for (const [role, value] of Object.entries(tokens.diff[mode])) out[`--diff-${role}`] = value;
  tokens.chart.sequential[mode].forEach((value, i) => (out[`--sequential${i}`] = value));
  tokens.chart.confusion.off[mode].forEach((value, i) => (out[`--off${i}`] = value));
  out["--sans"] = tokens.font.sans;
  out["--serif"] = tokens.font.serif;
  out["--mono"] = tokens.font.mono;
  out["--row"] = `${rowHeights[density]}px`;
  out["--shadow1"] = tokens.antd[mode].token.boxShadowSecondary;
  out["--shadow2"] = tokens.antd[mode].token.boxShadow;
  return out;
}
