import { Button, Popover, Progress } from "antd";
import { useState } from "react";
import { Link } from "react-router";
import { api, ask } from "../shared/api/client";
import { jobIsOver } from "../shared/api/useJob";
import { useRecentJobs } from "../shared/api/useRecentJobs";
import { useFormat } from "../shared/format/useFormat";
import { useActions } from "../shared/keys/useActions";
import { Bead } from "../shared/page/Bead";
import { JobLine } from "../shared/page/JobLine";
import { useWords } from "../shared/words/useWords";
import css from "./shell.module.css";

const kept = 8;

/** JobsTray is what runs now, with its true rest time; what failed stays with its fix. */
export function JobsTray() {
  const w = useWords("app");
  const shared = useWords("shared");
  const f = useFormat();
  const [open, setOpen] = useState(false);
  const all = useRecentJobs();
  const running = all.filter((j) => !jobIsOver(j));
  const failed = all.filter((j) => j.state === "failed");
  const first = running.find((j) => j.state === "running") ?? running[0];
  useActions([{ id: "job.stop", words: w("job_stop"), key: "Ctrl .", when: () => !!first, run: () => void (first && ask(api.POST("/api/v1/jobs/{job}/cancellation", { params: { path: { job: first.id } } }))) }], "everywhere");
  const state = running.length ? "amber" : failed.length ? "cinnabar" : "jade";
  const list = (
    <div className={css["tray"]}>
      <div className={css["trayHead"]}>
        <b>{w("jobs")}</b> <span>{w("jobs_running", { count: running.length })}</span>
        <Link to="/jobs" onClick={() => setOpen(false)}>
          {w("jobs_all")} <kbd aria-hidden>G J</kbd>
        </Link>
      </div>
      {all.length === 0 ? <p className={css["trayEmpty"]}>{w("jobs_none")}</p> : [...running, ...all.filter(jobIsOver)].slice(0, kept).map((j) => <JobLine key={j.id} job={j} />)}
    </div>
  );
  return (
    <Popover open={open} onOpenChange={setOpen} trigger="click" placement="bottomRight" content={list} arrow={false}>
      <Button className={css["jobs"]!} aria-label={w("jobs_running", { count: running.length })}>
        <Bead state={state} />
        {first ? (
          <>
            <span className={css["jobName"]}>{shared(`job_${first.kind.replace(".", "_")}`)}</span>
            <Progress className={css["jobBar"]!} percent={first.total ? (100 * first.done) / first.total : 0} showInfo={false} size={[56, 4]} aria-label={shared("job_progress")} />
            {first.left_s ? <span>{shared("job_left", { time: f.duration(first.left_s) })}</span> : null}
          </>
        ) : (
          <span>
            {w("jobs")} {failed.length > 0 ? failed.length : ""}
          </span>
        )}
      </Button>
    </Popover>
  );
}
