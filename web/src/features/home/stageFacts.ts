import type { Standing } from "../../shared/api/useOverview";
import type { useFormat } from "../../shared/format/useFormat";
import type { Word } from "../../shared/words/useWords";

/** stageFacts is what a stage says of itself in one short line. */
export function stageFacts(s: Standing, w: Word, f: ReturnType<typeof useFormat>): string {
  if (s.state === "hollow") return w("hollow");
  const n = (key: string) => f.count(s.figures[key] ?? 0);
  switch (s.stage) {
    case "data":
      return w("fact_data", { rows: n("rows") });
    case "clean":
      return w("fact_clean", { kept: n("kept"), aside: n("set_aside") });
    case "knowledge":
      return s.waiting ? w("fact_knowledge_drafts", { entries: n("entries"), drafts: n("drafts") }) : w("fact_knowledge", { entries: n("entries") });
    case "label":
      return w("fact_label", { gold: n("gold"), open: n("open") });
    case "model":
      return `m${s.figures["number"]} · ${f.duration(s.figures["seconds"] ?? 0)}`;
    case "tune":
      return w("fact_tune", { best: f.score(s.figures["best"] ?? 0, 3), done: n("done") });
    case "evaluate":
      return w("fact_evaluate", { passed: n("passed"), rules: n("rules") });
    case "flow":
      return w("fact_flow", { revision: n("revision") });
    case "release":
      return s.name ? w("fact_live", { name: s.name }) : w("fact_not_live");
    case "feedback":
      return s.waiting ? w("fact_feedback", { count: s.waiting }) : w("fact_feedback_none");
  }
}
