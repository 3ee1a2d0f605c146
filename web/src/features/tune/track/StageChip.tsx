import { Chip, type Tone } from "../../../shared/page/Chip";
import { useWords } from "../../../shared/words/useWords";

const tones: Record<string, Tone> = { Production: "jade", Staging: "gamboge" };

/** StageChip is the stage of a version of a registered model. */
export function StageChip({ stage }: { stage: string }) {
  const w = useWords("tune");
  return <Chip tone={tones[stage] ?? "plain"}>{w(`stage_${stage}`)}</Chip>;
}
