import { useEffect } from "react";
import { useProduct } from "../../shared/api/useProduct";
import { useJob } from "../../shared/api/useJob";
import { JobLine } from "../../shared/page/JobLine";
import css from "./data.module.css";

/** ImportLine follows an import and, when it is done, opens the version that it made. */
export function ImportLine({ started, done }: { started: { job: string; dataset: string }; done: (to: string) => void }) {
  const product = useProduct();
  const { job } = useJob(started.job);
  const state = job?.state;
  useEffect(() => {
    if (state === "done") done(`/${product}/data/${started.dataset}`);
  }, [state]); // eslint-disable-line react-hooks/exhaustive-deps -- once, when the job ends
  return job ? <div className={css["line"]}><JobLine job={job} /></div> : null;
}
