import { Button } from "antd";
import { useState } from "react";
import { Navigate } from "react-router";
import { Empty } from "../shared/page/Empty";
import { Faces } from "../shared/page/Faces";
import { Page } from "../shared/page/Page";
import { useWords } from "../shared/words/useWords";
import { NewProduct } from "./NewProduct";
import { lastProduct, useProducts } from "./products";
import { ShellFrame } from "./ShellFrame";

/** First is the address "/": on to the product of last time, or the first product of all. */
export function First() {
  const w = useWords("app");
  const products = useProducts();
  const [making, setMaking] = useState(false);
  return (
    <ShellFrame>
      <Page title={w("title_home")}>
        <Faces
          of={products}
          empty={
            <>
              <Empty text={w("first_empty")} act={<Button type="primary" onClick={() => setMaking(true)}>{w("product_new")}</Button>} />
              <NewProduct open={making} onClose={() => setMaking(false)} />
            </>
          }
        >
          {(all) => <Navigate to={`/${(all.find((p) => p.id === lastProduct()) ?? all[0]!).id}`} replace />}
        </Faces>
      </Page>
    </ShellFrame>
  );
}
