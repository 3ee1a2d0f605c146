import { useParams } from "react-router";
import { useProduct } from "../../shared/api/useProduct";
import { useGuideline, useQueue } from "./api";
import { useLabelName } from "./useLabelName";

/** useQueueHead is what every page below one queue needs: the queue of the address, its guideline, names of labels. */
export function useQueueHead() {
  const product = useProduct();
  const { queue: id = "" } = useParams();
  const queue = useQueue(id, product);
  const guideline = useGuideline(product, queue.data && `v${queue.data.guideline_version}`);
  const nameOf = useLabelName(guideline.data);
  return { product, id, queue, guideline, nameOf, here: `/${product}/label/queues/${id}` };
}
