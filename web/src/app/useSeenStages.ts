import { useMe } from "../shared/api/useMe";
import { loop, type Stage } from "./stages";

const labelling = loop.filter((s) => s.id === "label");

/** useSeenStages are the stages that a person is led to: a labeller's is labelling alone. */
export function useSeenStages(): Stage[] {
  const roles = useMe().data?.roles ?? [];
  return roles.includes("labeller") ? labelling : loop;
}
