import type { Overview } from "../../shared/api/useOverview";
import type { useFormat } from "../../shared/format/useFormat";
import type { Word } from "../../shared/words/useWords";
import { stageFacts } from "./stageFacts";

/** firstLabels is how many rows a person labels in the first hour. */
export const firstLabels = 30;

export interface GuideStep {
  id: string;
  /** to is where the step is done, below the product; chat is a page of its own. */
  to: string;
  done: boolean;
  result: string;
}

/** guideSteps are the tasks of the first hour; all of it is read off the product as it stands, nothing is ticked. */
export function guideSteps(o: Overview, w: Word, f: ReturnType<typeof useFormat>): GuideStep[] {
  const of = (stage: string) => o.stages.find((s) => s.stage === stage);
  const step = (id: string, stage: string, done = (of(stage)?.state ?? "hollow") !== "hollow"): GuideStep => ({ id, to: stage, done, result: done && of(stage) ? stageFacts(of(stage)!, w, f) : "" });
  const figure = (stage: string, name: string) => of(stage)?.figures[name] ?? 0;
  const gold = figure("label", "gold");
  const turns = o.today.turns + o.before.turns;
  return [
    step("import", "data", figure("data", "rows") > 0),
    step("clean", "clean", figure("clean", "kept") > 0),
    { id: "label", to: "label", done: gold >= firstLabels, result: gold ? w("guide_rows", { count: gold }) : "" },
    step("train", "model", figure("model", "number") > 0),
    step("test", "evaluate", figure("evaluate", "rules") > 0),
    step("flow", "flow", figure("flow", "revision") > 0),
    step("release", "release", o.scores.some((s) => s.state === "live") || !!of("release")?.name),
    { id: "chat", to: "chat", done: turns > 0, result: turns ? w("guide_turns", { count: turns }) : "" },
    step("fix", "feedback", figure("feedback", "fixes") > 0),
  ];
}
