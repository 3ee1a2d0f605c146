import { useEffect } from "react";
import { useParams } from "react-router";
import { keepPages } from "../../../shared/api/keepPages";
import { useProduct } from "../../../shared/api/useProduct";
import { useMe } from "../../../shared/api/useMe";
import { Faces } from "../../../shared/page/Faces";
import { Page } from "../../../shared/page/Page";
import { useWords } from "../../../shared/words/useWords";
import { useGuideline, useQueue } from "../api";
import { Desk } from "./Desk";
import { isGone, keepDesk, readDesk } from "./deskKept";

/** DeskPage is where a person labels: one queue, its guideline, one row at a time. */
export function DeskPage() {
  const w = useWords("label");
  const product = useProduct();
  const { queue: id = "" } = useParams();
  const me = useMe().data;
  const queue = useQueue(id, product);
  const guideline = useGuideline(product, queue.data && `v${queue.data.guideline_version}`);
  // What was on this desk last, for while the server is gone.
  const last = readDesk(id, me?.id);
  const gone = isGone(queue.error) || isGone(guideline.error);
  const at = queue.data ?? (gone ? last?.queue : undefined);
  const saved = guideline.data ?? (gone ? last?.saved : undefined);
  useEffect(() => {
    if (me && queue.data && guideline.data) keepDesk(id, me.id, { queue: queue.data, saved: guideline.data });
  }, [id, me, queue.data, guideline.data]);
  const ready = at !== undefined && saved !== undefined && me;
  useEffect(() => {
    if (ready) void keepPages().catch(() => undefined); // without it a reload needs the server
  }, [!!ready]);
  if (!ready) {
    const missing = queue.error ? queue : guideline;
    return (
      <Page title={w("title")} name={queue.data?.name}>
        <Faces<unknown> of={missing} shape="form">
          {() => null}
        </Faces>
      </Page>
    );
  }
  return <Desk key={id} product={product} queue={at} saved={saved} person={me.id} />;
}
