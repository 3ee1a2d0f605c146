import { useQuery } from "@tanstack/react-query";
import { Select } from "antd";
import { api, ask } from "../../shared/api/client";
import { useMay, useMe } from "../../shared/api/useMe";
import { Empty } from "../../shared/page/Empty";
import { Faces } from "../../shared/page/Faces";
import { JobLine } from "../../shared/page/JobLine";
import { Page } from "../../shared/page/Page";
import { FilterChips } from "../../shared/table/FilterChips";
import { useCursorList } from "../../shared/table/useCursorList";
import { useFilters } from "../../shared/table/useFilters";
import { useWords } from "../../shared/words/useWords";
import css from "./jobs.module.css";

const states = ["queued", "running", "done", "failed", "cancelled"] as const;
const stages = ["product", "dataset", "clean", "label", "learn", "tune", "evaluate", "feedback"] as const;
const names = ["state", "stage", "who"] as const;

/** JobsStage is all background work, the newest first, by state, stage and who asked for it. */
export function JobsStage() {
  const w = useWords("jobs");
  const shared = useWords("shared");
  const me = useMe().data;
  const { filters, set, clear } = useFilters(names);
  const people = useQuery({
    queryKey: ["accounts", "names"],
    enabled: useMay("lead"),
    staleTime: 60_000,
    queryFn: async ({ signal }) => (await ask(api.GET("/api/v1/accounts", { signal, params: { query: { limit: 200 } } }))).items,
  });
  const list = useCursorList(["jobs", "all", filters], (cursor, signal) =>
    ask(
      api.GET("/api/v1/jobs", {
        signal,
        params: {
          query: {
            cursor,
            limit: 100,
            ...(states.some((s) => s === filters.state) ? { state: filters.state as "done" } : {}),
            ...(filters.stage ? { stage: filters.stage } : {}),
            ...(filters.who ? { actor: filters.who } : {}),
          },
        },
      }),
    ),
  );
  const whoever = [...(me ? [{ value: me.id, label: w("mine") }] : []), ...(people.data ?? []).filter((p) => p.id !== me?.id).map((p) => ({ value: p.id, label: p.name }))];
  const options = {
    state: states.map((value) => ({ value: value as string, label: shared(`job_state_${value}`) })),
    stage: stages.map((value) => ({ value: value as string, label: w(`stage_${value}`) })),
    who: whoever,
  };
  const chips = names.filter((n) => filters[n]).map((n) => ({ name: n, words: `${w(`by_${n}`)} ${options[n].find((o) => o.value === filters[n])?.label ?? filters[n]}`, remove: () => set({ [n]: "" }) }));
  return (
    <Page
      title={w("title")}
      flush
      bar={
        <div className={css["filters"]}>
          {names.map((n) => (
            <Select key={n} size="small" allowClear placeholder={w(`by_${n}`)} aria-label={w(`by_${n}`)} value={filters[n] || null} onChange={(v) => set({ [n]: v ?? "" })} options={options[n]} className={css["filter"]!} />
          ))}
          <FilterChips chips={chips} onClear={clear} />
        </div>
      }
    >
      <Faces of={list.query} empty={<Empty text={w(chips.length ? "empty_here" : "empty")} />}>
        {(jobs) => jobs.map((job) => <JobLine key={job.id} job={job} />)}
      </Faces>
    </Page>
  );
}
