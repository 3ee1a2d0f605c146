import css from "./weighed.module.css";

/**
 * Weighed shows a sentence with what each character did for a label: jade pulls to it, cinnabar
 * away, the stronger the deeper; the weight stands under a character that counts. weights are one a
 * code point.
 */
export function Weighed({ text, weights, label }: { text: string; weights: number[]; label: string }) {
  const characters = [...text];
  const most = Math.max(1e-9, ...weights.map(Math.abs));
  return (
    <p className={css["weighed"]} data-measure aria-label={label}>
      {characters.map((c, i) => {
        const weight = weights[i] ?? 0;
        const strength = Math.abs(weight) / most;
        const counts = strength >= 0.25;
        return (
          <span key={i} className={css["character"]} data-pulls={counts ? (weight > 0 ? "to" : "away") : undefined} style={counts ? ({ "--strength": `${Math.round(20 + 70 * strength)}%` } as React.CSSProperties) : undefined} title={`${c} ${weight > 0 ? "+" : ""}${weight.toFixed(2)}`}>
            {c}
            <small>{counts ? `${weight > 0 ? "+" : "−"}${Math.abs(weight).toFixed(most < 1 ? 2 : 1).replace(/^0/, "")}` : ""}</small>
          </span>
        );
      })}
    </p>
  );
}
