import { Chip, type Tone } from "../../../shared/page/Chip";
import { useWords } from "../../../shared/words/useWords";

const tones: Record<string, Tone> = { running: "gamboge", scheduled: "gamboge", finished: "jade", failed: "cinnabar", killed: "cinnabar" };

/** StateChip is the state of a logged run. */
export function StateChip({ state }: { state: string }) {
  const w = useWords("tune");
  return <Chip tone={tones[state] ?? "plain"}>{w(`run_state_${state}`)}</Chip>;
}
