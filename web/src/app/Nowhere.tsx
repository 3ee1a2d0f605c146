import { Link } from "react-router";
import { Empty } from "../shared/page/Empty";
import { Page } from "../shared/page/Page";
import { useWords } from "../shared/words/useWords";
import { useHere } from "./products";

/** Nowhere is an address with nothing at it, and the way back. */
export function Nowhere() {
  const w = useWords("app");
  const here = useHere();
  return (
    <Page title={w("title_nowhere")}>
      <Empty text={w("nowhere")} act={<Link to={here ? `/${here.id}` : "/"}>{w("nowhere_back")}</Link>} />
    </Page>
  );
}
