import { Navigate } from "react-router";
import { Faces } from "../shared/page/Faces";
import { Page } from "../shared/page/Page";
import { useWords } from "../shared/words/useWords";
import { FirstRun } from "./FirstRun";
import { lastProduct, useProducts } from "./products";
import { ShellFrame } from "./ShellFrame";

/** First is the address "/": on to the product of last time, or the first product of all. */
export function First() {
  const w = useWords("app");
  const products = useProducts();
  return (
    <ShellFrame>
      <Page title={w("title_home")}>
        <Faces
          of={products}
          empty={<FirstRun />}
        >
          {(all) => <Navigate to={`/${(all.find((p) => p.id === lastProduct()) ?? all[0]!).id}`} replace />}
        </Faces>
      </Page>
    </ShellFrame>
  );
}
