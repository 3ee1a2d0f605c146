import { Button } from "antd";
import { useFormat } from "../../../shared/format/useFormat";
import { Faces } from "../../../shared/page/Faces";
import { Section } from "../../../shared/page/Section";
import { useWords } from "../../../shared/words/useWords";
import css from "../tune.module.css";
import { useSpan } from "./api";
import { Pairs } from "./Pairs";
import { TraceStateChip } from "./TraceStateChip";

/** SpanDetail is what one span says: how it ended, what went in and came out, what happened on the way. */
export function SpanDetail({ product, trace, span, onClose }: { product: string; trace: string; span: string; onClose: () => void }) {
  const w = useWords("tune");
  const f = useFormat();
  const shown = useSpan(product, trace, span);
  return (
    <div className={css["stacked"]}>
      <Button type="link" size="small" className={css["back"]!} onClick={onClose}>{w("trace_whole")}</Button>
      <Faces of={shown}>
        {(s) => (
          <>
            <p><b>{s.name || "—"}</b> {s.kind} <TraceStateChip state={s.state} /> <span data-measure>{f.duration(s.took_ms / 1000)}</span></p>
            {s.message && <p className={css["said"]}>{s.message}</p>}
            <Section title={w("span_attributes")}>{s.attributes.length ? <Pairs of={s.attributes} label={w("span_attributes")} /> : <p className={css["caption"]}>{w("span_attributes_none")}</p>}</Section>
            {s.events.map((e, i) => (
              <Section key={i} title={e.name} note={<span data-measure>{f.duration(Math.max(0, e.after_ms) / 1000)}</span>}>
                <Pairs of={e.attributes} label={e.name} />
              </Section>
            ))}
          </>
        )}
      </Faces>
    </div>
  );
}
