import type { ReactNode } from "react";
import css from "./page.module.css";

export interface PageHeadProps {
  /** title is the stage or page: its word key must be "title" or begin with "title_", so that the serif knows its characters. */
  title: string;
  /** name is the thing that is open: "意图 m114". */
  name?: ReactNode;
  /** facts are one grey line; wrap its numbers in <b>. */
  facts?: ReactNode;
  /** acts stand right, the primary one last. */
  acts?: ReactNode;
}

/** PageHead is 56 high: serif title | name, facts, acts. */
export function PageHead({ title, name, facts, acts }: PageHeadProps) {
  return (
    <header className={css["head"]}>
      <h1 className={css["title"]}>{title}</h1>
      {name && <div className={css["name"]}>{name}</div>}
      <div className={css["facts"]}>{facts}</div>
      {acts && <div className={css["acts"]}>{acts}</div>}
    </header>
  );
}
