import { Typography } from "antd";
import { Section } from "../../../shared/page/Section";
import { useWords } from "../../../shared/words/useWords";
import css from "../tune.module.css";
import type { TraceShown } from "./api";
import { Pairs } from "./Pairs";

/** TraceTold is what went into a trace and came out, and what the client told of it beside its spans. */
export function TraceTold({ trace }: { trace: TraceShown }) {
  const w = useWords("tune");
  return (
    <>
      <Typography.Text copyable className={css["traceId"]!}>{trace.id}</Typography.Text>
      {trace.spans.length > 0 && <p className={css["caption"]}>{w("trace_pick")}</p>}
      {trace.asked && <Section title={w("trace_asked")}><p className={css["said"]}>{trace.asked}</p></Section>}
      {trace.answered && <Section title={w("trace_answered")}><p className={css["said"]}>{trace.answered}</p></Section>}
      {trace.tags.length > 0 && <Section title={w("tags")}><Pairs of={trace.tags} label={w("tags")} /></Section>}
      {trace.metadata.length > 0 && <Section title={w("trace_told")}><Pairs of={trace.metadata} label={w("trace_told")} /></Section>}
    </>
  );
}
