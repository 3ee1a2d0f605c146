/** initial is the one character that stands for a person: the first of a name, the last of a simulated one's number. */
export function initial(name: string): string {
  const letters = [...name];
  return (name.startsWith("sim-") ? letters.at(-1) : letters[0]) ?? "";
}
