// What a gate's rule needed and got, as the report tells it, taken apart for a table.

export interface Rule {
  id: string;
  need: string;
  got: string;
  passed: boolean;
}

/** shareOf is the part of a suite that a rule looks at: "suite minimum ≥ 0.6" → "minimum"; "" for other rules. */
export function shareOf(rule: Rule): string {
  return /^suite (\S+) ≥/.exec(rule.need)?.[1] ?? "";
}

/** readNeed gives the sign and number of a need and the number got, shares as percent: {need: "≥ 60.0", got: "86.2", base: "188/218"}. */
export function readNeed(rule: Rule): { need: string; got: string; base: string } {
  const percent = (text: string) => (Number(text) <= 1 ? (100 * Number(text)).toFixed(1) : text);
  const drop = /≥ live − ([\d.]+)/.exec(rule.need);
  if (drop) {
    const got = /^([\d.]+)(?:, live ([\d.]+))?(?:, p = (\S+))?/.exec(rule.got);
    return { need: `≥ live − ${percent(drop[1]!)}`, got: got ? percent(got[1]!) : rule.got, base: got?.[2] ? `live ${percent(got[2])} · p ${got[3] ?? ""}`.trim() : "" };
  }
  const share = /≥ ([\d.]+)$/.exec(rule.need);
  if (share) {
    const got = /^([\d.]+)(?: \((\d+\/\d+)\))?$/.exec(rule.got);
    return { need: `≥ ${percent(share[1]!)}`, got: got ? percent(got[1]!) : rule.got, base: got?.[2] ?? "" };
  }
  const most = /≤ (\d+)$/.exec(rule.need);
  if (most) return { need: `≤ ${most[1]}`, got: rule.got, base: "" };
  return { need: rule.need.replace("stories ", ""), got: rule.got, base: "" };
}

/** missing is how many more checks of a share would have to pass: 98/102 at ≥ 97 → 1; 0 when it passes or is no share. */
export function missing(rule: Rule): number {
  const need = /≥ ([\d.]+)$/.exec(rule.need);
  const got = /\((\d+)\/(\d+)\)/.exec(rule.got);
  if (!need || !got || rule.passed) return 0;
  return Math.max(0, Math.ceil(Number(need[1]) * Number(got[2]) - 1e-9) - Number(got[1]));
}
