import { useParams } from "react-router";
import { useProduct } from "../../../shared/api/useProduct";
import { useMe } from "../../../shared/api/useMe";
import { Faces } from "../../../shared/page/Faces";
import { Page } from "../../../shared/page/Page";
import { useWords } from "../../../shared/words/useWords";
import { useGuideline, useQueue } from "../api";
import { Desk } from "./Desk";

/** DeskPage is where a person labels: one queue, its guideline, one row at a time. */
export function DeskPage() {
  const w = useWords("label");
  const product = useProduct();
  const { queue: id = "" } = useParams();
  const me = useMe().data;
  const queue = useQueue(id, product);
  const guideline = useGuideline(product, queue.data && `v${queue.data.guideline_version}`);
  const missing = queue.data && guideline.data && me ? undefined : queue.error ? queue : guideline;
  if (missing) {
    return (
      <Page title={w("title")} name={queue.data?.name}>
        <Faces<unknown> of={missing} shape="form">
          {() => null}
        </Faces>
      </Page>
    );
  }
  return <Desk key={id} product={product} queue={queue.data!} saved={guideline.data!} person={me!.id} />;
}
