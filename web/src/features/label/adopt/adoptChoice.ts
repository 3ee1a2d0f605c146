// What a person decides on a value of a column of labels: the choice of a list, and the body of the request.

import type { Schemas } from "../../../shared/api/client";

export type AdoptValue = Schemas["LabelAdoptValue"];
export type Choice = Schemas["LabelAdoptChoice"];

/** asNew and leaveOut stand in the list beside the labels, whose ids never begin with a space. */
export const asNew = " new";
export const leaveOut = " leave";

/** chosenOf is what the list shows for a value. */
export function chosenOf(v: AdoptValue): string {
  if (v.new) return asNew;
  return v.label || leaveOut;
}

/** choiceOf is the decision that a choice of the list makes. */
export function choiceOf(value: string, chosen: string): Choice {
  if (chosen === asNew) return { value, new: true };
  return chosen === leaveOut ? { value } : { value, label: chosen };
}

/** decide puts a decision in the place of an earlier one on the same value. */
export function decide(choices: Choice[], ...now: Choice[]): Choice[] {
  const values = new Set(now.map((c) => c.value));
  return [...choices.filter((c) => !values.has(c.value)), ...now];
}
