/** byPlace puts steps under the line of the recipe that they come from, from 0. */
export function byPlace<T extends { recipe_step: number }>(all: T[]): Map<number, T[]> {
  const out = new Map<number, T[]>();
  for (const s of all) out.set(s.recipe_step - 1, [...(out.get(s.recipe_step - 1) ?? []), s]);
  return out;
}
