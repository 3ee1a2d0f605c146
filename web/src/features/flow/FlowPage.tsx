import { useParams } from "react-router";
import { useProduct } from "../../shared/api/useProduct";
import { Faces } from "../../shared/page/Faces";
import { Page } from "../../shared/page/Page";
import { useWords } from "../../shared/words/useWords";
import { useFlow } from "./api";
import { Designer } from "./Designer";

/** FlowPage opens one flow; until it is here the sheet shows why not. */
export function FlowPage() {
  const w = useWords("flow");
  const product = useProduct();
  const { flow = "" } = useParams();
  const saved = useFlow(product, flow);
  if (saved.data) return <Designer key={saved.data.id} product={product} saved={saved.data} fault={saved.error} retry={() => void saved.refetch()} />;
  return (
    <Page title={w("title")}>
      <Faces of={saved} shape="chart">
        {() => null}
      </Faces>
    </Page>
  );
}
