import { Link } from "react-router";
import { useFormat } from "../../../shared/format/useFormat";
import { Section } from "../../../shared/page/Section";
import { useWords } from "../../../shared/words/useWords";
import css from "../tune.module.css";
import { useTracesOf } from "./api";
import { TraceStateChip } from "./TraceStateChip";

/** RunTraces are the newest traces of a run, where it has any, and the way to all of them. */
export function RunTraces({ product, run }: { product: string; run: string }) {
  const w = useWords("tune");
  const f = useFormat();
  const traces = useTracesOf(product, run).data?.items ?? [];
  if (!traces.length) return null;
  return (
    <Section title={w("tab_traces")} acts={<Link to={`/${product}/tune/traces?run=${run}`}>{w("traces_all")}</Link>}>
      <ul className={css["runTraces"]}>
        {traces.map((t) => (
          <li key={t.id}><Link to={`/${product}/tune/traces/${t.id}`}>{t.name || t.id}</Link> <TraceStateChip state={t.state} /> {t.state !== "open" && <small data-measure>{f.duration(t.took_ms / 1000)}</small>}</li>
        ))}
      </ul>
    </Section>
  );
}
