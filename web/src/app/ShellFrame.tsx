import type { ReactNode } from "react";
import { useMatch } from "react-router";
import { useNarrow } from "../shared/page/useNarrow";
import { useSettings } from "../shared/theme/settings";
import { UndoToast } from "../shared/undo/UndoToast";
import { useWords } from "../shared/words/useWords";
import { KeySheet } from "./KeySheet";
import { Nav } from "./Nav";
import { TopBar } from "./TopBar";
import { useGoActions } from "./useGoActions";
import css from "./shell.module.css";

/** ShellFrame is the top bar, the loop at the left, and one sheet. */
export function ShellFrame({ children }: { children: ReactNode }) {
  const w = useWords("app");
  const narrow = useNarrow(1200);
  // The designer needs the width: its nav folds by itself.
  const designer = useMatch("/:product/flow/:flow") !== null;
  const folded = useSettings().navFolded || narrow || designer;
  useGoActions();
  return (
    <div className={css["shell"]} data-folded={folded}>
      <a className={css["skip"]} href="#sheet">
        {w("skip")}
      </a>
      <TopBar />
      <Nav folded={folded} />
      <main className={css["sheet"]} id="sheet" tabIndex={-1}>
        {children}
      </main>
      <KeySheet />
      <UndoToast />
    </div>
  );
}
