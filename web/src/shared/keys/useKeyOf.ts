import { useSettings } from "../theme/settings";
import type { Action } from "./actions";

/** useKeyOf gives the key of an action for this person, to print on its button; "" when switched off. */
export function useKeyOf(): (action: Pick<Action, "id" | "key">) => string {
  const { keys } = useSettings();
  return (action) => keys[action.id] ?? action.key ?? "";
}
