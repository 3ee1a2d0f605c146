import { Navigate } from "react-router";
import { useMe } from "../shared/api/useMe";
import { Faces } from "../shared/page/Faces";
import { Page } from "../shared/page/Page";
import { useWords } from "../shared/words/useWords";
import { FirstRun } from "./FirstRun";
import { lastProduct, useProducts } from "./products";
import { ShellFrame } from "./ShellFrame";

/** First is the address "/": on to the product of last time, or the first product of all; without any, a first one is made. */
export function First() {
  const w = useWords("app");
  const products = useProducts();
  const roles = useMe().data?.roles ?? [];
  // Labellers begin at the desk, leads at the quality of the labels, all others at home.
  const start = roles.includes("labeller") ? "/label/start" : roles.includes("lead") ? "/label/start/quality" : "";
  return (
    <ShellFrame>
      <Page title={w("title_home")}>
        <Faces of={products} empty={<FirstRun />}>
          {(all) => <Navigate to={`/${(all.find((p) => p.id === lastProduct()) ?? all[0]!).id}${start}`} replace />}
        </Faces>
      </Page>
    </ShellFrame>
  );
}
