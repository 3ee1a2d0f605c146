import { Button, Drawer, Tooltip } from "antd";
import { PanelRightClose, PanelRightOpen } from "lucide-react";
import type { ReactNode } from "react";
import { useActions } from "../keys/useActions";
import { setSettings, useSettings } from "../theme/settings";
import { useWords } from "../words/useWords";
import { useNarrow } from "./useNarrow";
import css from "./page.module.css";

/**
 * Pane is the right pane of a page, 320–400 wide on the sunken tone; `]` folds it. At 1024 it
 * shrinks to 300, below that it is a drawer.
 */
export function Pane({ title, width = 348, children }: { title: string; width?: number; children: ReactNode }) {
  const w = useWords("shared");
  const { paneFolded } = useSettings();
  const drawer = useNarrow(1024);
  const fold = () => setSettings({ paneFolded: !paneFolded });
  useActions([{ id: "pane.fold", words: paneFolded ? w("pane_open") : w("pane_fold"), key: "]", run: fold }], "everywhere");
  const words = paneFolded ? w("pane_open") : w("pane_fold");
  const handle = (
    <Tooltip title={<>{words} <kbd>]</kbd></>}>
      <Button type="text" size="small" icon={paneFolded ? <PanelRightOpen size={16} /> : <PanelRightClose size={16} />} onClick={fold} aria-label={words} aria-expanded={!paneFolded} />
    </Tooltip>
  );
  if (drawer) {
    return (
      <>
        <div className={css["handle"]}>{handle}</div>
        <Drawer open={!paneFolded} onClose={fold} title={title} size={Math.min(width, 360)}>
          {children}
        </Drawer>
      </>
    );
  }
  if (paneFolded) return <div className={css["handle"]}>{handle}</div>;
  return (
    <aside className={css["pane"]} style={{ "--pane": `${width}px` } as React.CSSProperties} aria-label={title}>
      <div className={css["paneHead"]}>
        <h2>{title}</h2>
        {handle}
      </div>
      <div className={css["paneBody"]}>{children}</div>
    </aside>
  );
}
