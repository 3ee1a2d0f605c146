import type { ReactNode } from "react";
import { Link } from "react-router";
import css from "./page.module.css";

/** Empty says in one sentence what this is for, with one button that does the first step and one link. */
export function Empty({ text, act, link }: { text: string; act?: ReactNode; link?: { to: string; words: string } }) {
  return (
    <div className={css["empty"]} data-face="empty">
      <p>{text}</p>
      {act}
      {link && <Link to={link.to}>{link.words}</Link>}
    </div>
  );
}
