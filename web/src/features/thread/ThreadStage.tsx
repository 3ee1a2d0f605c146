import { Empty } from "../../shared/page/Empty";
import { Page } from "../../shared/page/Page";
import { useWords } from "../../shared/words/useWords";

/** ThreadStage is the way from an answer to its raw lines. */
export function ThreadStage() {
  const w = useWords("thread");
  return (
    <Page title={w("title")}>
      <Empty text={w("empty")} />
    </Page>
  );
}
