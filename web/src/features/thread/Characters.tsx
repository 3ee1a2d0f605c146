import { useWords } from "../../shared/words/useWords";
import { pulls } from "./splice";
import css from "./thread.module.css";

/** Characters is a text with what each character did: jade pulls to the label, cinnabar away; the weight is told in numbers too. */
export function Characters({ text, weights }: { text: string; weights: number[] }) {
  const w = useWords("thread");
  const chars = [...text];
  const scaled = pulls(weights);
  const best = chars.map((c, i) => ({ c, x: weights[i] ?? 0 })).filter((p) => p.c.trim()).sort((a, b) => Math.abs(b.x) - Math.abs(a.x)).slice(0, 3);
  return (
    <>
      <p className={css["chars"]}>
        {chars.map((c, i) => {
          const x = scaled[i] ?? 0;
          return (
            <span key={i} title={(weights[i] ?? 0).toFixed(2)} style={{ backgroundColor: `color-mix(in srgb, var(${x < 0 ? "--cinnabarTint" : "--jadeTint2"}) ${Math.round(Math.abs(x) * 100)}%, transparent)` }}>
              {c}
            </span>
          );
        })}
      </p>
      <p className={css["grey"]}>{w("strongest", { what: best.map((p) => `「${p.c}」${p.x > 0 ? "+" : "−"}${Math.abs(p.x).toFixed(2)}`).join(" ") })}</p>
    </>
  );
}
