import { Chip } from "../../../shared/page/Chip";
import { useWords } from "../../../shared/words/useWords";

const tones = { ok: "jade", error: "cinnabar", open: "gamboge" } as const;

/** TraceStateChip is how a trace or a span ended. */
export function TraceStateChip({ state }: { state: keyof typeof tones }) {
  const w = useWords("tune");
  return <Chip tone={tones[state]}>{w(`trace_state_${state}`)}</Chip>;
}
