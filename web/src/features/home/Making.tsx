import { jobIsOver } from "../../shared/api/useJob";
import { useRecentJobs } from "../../shared/api/useRecentJobs";
import { JobLine } from "../../shared/page/JobLine";
import css from "./guide.module.css";

/** useMaking is the job that makes this product as an example, until it is over. */
export function useMaking(product: string) {
  return useRecentJobs().find((j) => j.kind === "product.example" && j.product_id === product && !jobIsOver(j));
}

/** Making is how far the example is; the stages below fill as it goes. */
export function Making({ job }: { job: NonNullable<ReturnType<typeof useMaking>> }) {
  return (
    <div className={css["making"]}>
      <JobLine job={job} />
    </div>
  );
}
