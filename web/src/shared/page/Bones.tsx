import { useEffect, useState } from "react";
import { useWords } from "../words/useWords";
import css from "./page.module.css";

export type Shape = "rows" | "figures" | "chart" | "form";

/** Bones are grey lines in the shape of what comes, shown after 200 ms: what is quicker needs none. */
export function Bones({ shape = "rows" }: { shape?: Shape }) {
  const w = useWords("shared");
  const [late, setLate] = useState(false);
  useEffect(() => {
    const timer = setTimeout(() => setLate(true), 200);
    return () => clearTimeout(timer);
  }, []);
  if (!late) return <div data-face="loading" style={{ minHeight: 200 }} />;
  const widths = shape === "form" ? [30, 90, 30, 90, 30, 60] : [94, 82, 88, 70, 91, 77, 85, 64];
  return (
    <div className={css["bones"]} data-face="loading" role="status" aria-label={w("loading")}>
      {shape === "figures" && (
        <div className={css["boneFigures"]}>
          {[0, 1, 2, 3].map((n) => (
            <div key={n} className={css["bone"]} />
          ))}
        </div>
      )}
      {shape === "chart" && <div className={css["boneBlock"]} />}
      {shape !== "chart" && widths.map((width, n) => <div key={n} className={css["bone"]} style={{ width: `${width}%` }} />)}
    </div>
  );
}
