import { useProduct } from "../../../shared/api/useProduct";
import { Faces } from "../../../shared/page/Faces";
import { Page } from "../../../shared/page/Page";
import { useFilters } from "../../../shared/table/useFilters";
import { useWords } from "../../../shared/words/useWords";
import { useGuideline } from "../api";
import { LabelTabs } from "../LabelTabs";
import { newGuideline } from "./document";
import { Editor } from "./Editor";

/** GuidelinePage is what is right, executable: labels with rules and examples, its versions, and what a change would touch. */
export function GuidelinePage() {
  const w = useWords("label");
  const product = useProduct();
  const { filters } = useFilters(["version"]);
  const saved = useGuideline(product, filters.version || "latest");
  const none = saved.data === null;
  if (none) {
    const first = { version: 0, source: newGuideline(w("new_guideline_name")), guideline: { name: "", task: "classify", multi: false, version: 0, labels: [] }, id: "", product_id: product, created_us: 0, touched_count: 0 };
    return <Editor key="new" product={product} saved={first} old={false} />;
  }
  if (!saved.data) {
    return (
      <Page title={w("title")} bar={<LabelTabs />}>
        <Faces<unknown> of={saved} shape="form">
          {() => null}
        </Faces>
      </Page>
    );
  }
  return <Editor key={saved.data.version} product={product} saved={saved.data} old={!!filters.version && filters.version !== "latest"} />;
}
