import { api, ask } from "../../shared/api/client";
import { Empty } from "../../shared/page/Empty";
import { Faces } from "../../shared/page/Faces";
import { JobLine } from "../../shared/page/JobLine";
import { Page } from "../../shared/page/Page";
import { useCursorList } from "../../shared/table/useCursorList";
import { useWords } from "../../shared/words/useWords";

/** JobsStage is all background work, the newest first. */
export function JobsStage() {
  const w = useWords("jobs");
  const list = useCursorList(["jobs", "all"], (cursor, signal) => ask(api.GET("/api/v1/jobs", { signal, params: { query: { cursor, limit: 100 } } })));
  return (
    <Page title={w("title")} flush>
      <Faces of={list.query} empty={<Empty text={w("empty")} />}>
        {(jobs) => jobs.map((job) => <JobLine key={job.id} job={job} />)}
      </Faces>
    </Page>
  );
}
