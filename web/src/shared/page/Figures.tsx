import { Figure, type FigureProps } from "./Figure";
import css from "./page.module.css";

/** Figures is a row of figures parted by hairlines, for the bar of a page. */
export function Figures({ of }: { of: FigureProps[] }) {
  return (
    <div className={css["figures"]}>
      {of.map((f) => (
        <Figure key={f.label} {...f} />
      ))}
    </div>
  );
}
