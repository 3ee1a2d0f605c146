import { useMutation, useQueryClient } from "@tanstack/react-query";
import { Button, Progress } from "antd";
import { Check, RotateCcw, X } from "lucide-react";
import { api, ask } from "../api/client";
import { putJob, type Job } from "../api/events";
import { jobIsOver } from "../api/useJob";
import { useFormat } from "../format/useFormat";
import { useLang } from "../words/useLang";
import { useWords } from "../words/useWords";
import css from "./job.module.css";

/** JobLine is one job: what it does, its true progress and rest time, cancel; when it failed, why and how to mend it. */
export function JobLine({ job }: { job: Job }) {
  const w = useWords("shared");
  const f = useFormat();
  const lang = useLang();
  const client = useQueryClient();
  const act = useMutation({
    mutationFn: (what: "cancellation" | "retry") =>
      ask(what === "retry" ? api.POST("/api/v1/jobs/{job}/retry", { params: { path: { job: job.id } } }) : api.POST("/api/v1/jobs/{job}/cancellation", { params: { path: { job: job.id } } })),
    onSuccess: (now) => putJob(client, now as Job),
  });
  const over = jobIsOver(job);
  const name = w(`job_${job.kind.replace(".", "_")}`);
  const note = lang === "zh" ? job.note.zh : job.note.en;
  return (
    <div className={css["job"]} data-job={job.id} data-state={job.state}>
      <div className={css["head"]}>
        {job.state === "done" && <Check size={14} className={css["done"]} aria-hidden />}
        {job.state === "failed" && <X size={14} className={css["failed"]} aria-hidden />}
        <span className={css["name"]}>{name}</span>
        <span className={css["side"]}>
          {job.cancelling ? w("job_cancelling") : over ? (job.finished_us && job.started_us ? f.duration((job.finished_us - job.started_us) / 1e6) : w(`job_state_${job.state}`)) : job.left_s ? w("job_left", { time: f.duration(job.left_s) }) : w(`job_state_${job.state}`)}
        </span>
        {!over && <Button type="text" size="small" icon={<X size={14} />} aria-label={w("job_cancel", { what: name })} loading={act.isPending} onClick={() => act.mutate("cancellation")} />}
        {(job.state === "failed" || job.state === "cancelled") && <Button type="text" size="small" icon={<RotateCcw size={14} />} aria-label={w("job_retry", { what: name })} loading={act.isPending} onClick={() => act.mutate("retry")} />}
      </div>
      {!over && <Progress percent={job.total ? (100 * job.done) / job.total : 0} showInfo={false} size="small" aria-label={w("job_progress")} />}
      {!over && <p className={css["note"]}>{job.total ? `${f.count(job.done)} / ${f.count(job.total)}` : job.done ? f.count(job.done) : ""} {note}</p>}
      {job.failure && (
        <p className={css["note"]}>
          {job.failure.message} <b>{job.failure.fix}</b>
        </p>
      )}
    </div>
  );
}
