import { Link } from "react-router";
import { useJob } from "../../shared/api/useJob";
import { useProduct } from "../../shared/api/useProduct";
import { JobLine } from "../../shared/page/JobLine";
import { useWords } from "../../shared/words/useWords";
import css from "./tune.module.css";

/** Trained follows the training that a trial's settings began, and leads to its model. */
export function Trained({ id }: { id: string | undefined }) {
  const w = useWords("tune");
  const product = useProduct();
  const { job } = useJob(id);
  if (!job) return null;
  const made = job.result as { number?: number } | undefined;
  return (
    <div className={css["job"]}>
      <JobLine job={job} />
      {made?.number !== undefined && <Link to={`/${product}/model/m${made.number}`}>{w("see_model", { number: made.number })}</Link>}
    </div>
  );
}
