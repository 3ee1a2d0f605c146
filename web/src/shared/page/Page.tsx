import { useEffect, type ReactNode } from "react";
import { useWords } from "../words/useWords";
import { PageHead, type PageHeadProps } from "./PageHead";
import { QuietFault } from "./QuietFault";
import { WorkingLine } from "./WorkingLine";
import css from "./page.module.css";

/**
 * Page is the sheet of one page: head, an optional bar of figures or filters, the body, an optional
 * right pane. The body scrolls; give `flush` when it brings its own panes or table to the edges.
 */
export function Page({ bar, pane, flush, children, ...head }: PageHeadProps & { bar?: ReactNode; pane?: ReactNode; flush?: boolean; children: ReactNode }) {
  const w = useWords("shared");
  const name = typeof head.name === "string" ? head.name : "";
  useEffect(() => {
    document.title = `${name ? `${name} · ` : ""}${head.title} · ${w("brand")}`;
  }, [name, head.title, w]);
  return (
    <div className={css["page"]}>
      <PageHead {...head} />
      <WorkingLine />
      <QuietFault />
      {bar && <div className={css["bar"]}>{bar}</div>}
      <div className={css["middle"]}>
        <div className={flush ? css["flush"] : css["body"]} data-scroll>
          {children}
        </div>
        {pane}
      </div>
    </div>
  );
}
