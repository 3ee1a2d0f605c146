import { Page } from "../../shared/page/Page";
import { useWords } from "../../shared/words/useWords";

/** HomeStage is the whole product on one screen. */
export function HomeStage() {
  const w = useWords("home");
  return (
    <Page title={w("title")}>
      <div data-face="ready" />
    </Page>
  );
}
