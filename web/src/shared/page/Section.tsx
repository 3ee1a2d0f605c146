import type { ReactNode } from "react";
import css from "./page.module.css";

/** Section is a part of a sheet: h2 with a grey note and acts at its right. Hairlines part sections, never boxes. */
export function Section({ title, note, acts, children }: { title: string; note?: ReactNode; acts?: ReactNode; children: ReactNode }) {
  return (
    <section className={css["section"]}>
      <div className={css["sectionHead"]}>
        <h2>{title}</h2>
        {note && <span className={css["note"]}>{note}</span>}
        {acts && <div className={css["acts"]}>{acts}</div>}
      </div>
      {children}
    </section>
  );
}
