import { Page } from "../shared/page/Page";
import { useWords } from "../shared/words/useWords";
import { FirstRun } from "./FirstRun";
import { ShellFrame } from "./ShellFrame";

/** New is the address "/new": one more product, made the way the first one was. */
export function New() {
  const w = useWords("app");
  return (
    <ShellFrame>
      <Page title={w("title_home")} name={w("product_new")}>
        <FirstRun more />
      </Page>
    </ShellFrame>
  );
}
