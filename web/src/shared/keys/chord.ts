// Names of key combinations: "Ctrl K", "Shift Z", "G D" (one after the other), "Alt ArrowUp", "?".

const modifiers = ["Ctrl", "Alt", "Shift"];
const names: Record<string, string> = { " ": "Space", Del: "Delete", Left: "ArrowLeft", Right: "ArrowRight", Up: "ArrowUp", Down: "ArrowDown", Esc: "Escape" };

/** chordsOf takes a combination apart: "G D" → ["G", "D"], "Ctrl Shift Z" → ["Ctrl Shift Z"]. */
export function chordsOf(keys: string): string[] {
  const chords: string[] = [];
  let held: string[] = [];
  for (const part of keys.split(" ").filter(Boolean)) {
    if (modifiers.includes(part)) {
      held.push(part);
      continue;
    }
    const key = names[part] ?? part;
    chords.push([...modifiers.filter((m) => held.includes(m)), key.length === 1 ? key.toUpperCase() : key].join(" "));
    held = [];
  }
  return chords;
}

type Press = Pick<KeyboardEvent, "key" | "code" | "ctrlKey" | "metaKey" | "altKey" | "shiftKey">;

/** pressed gives the chords that a key press may mean, the likelier first: "!" is also "Shift 1". */
export function pressed(e: Press): string[] {
  const mods = [(e.ctrlKey || e.metaKey) && "Ctrl", e.altKey && "Alt"].filter((m): m is string => !!m);
  const key = names[e.key] ?? e.key;
  const join = (...parts: string[]) => [...mods, ...parts].join(" ");
  if (key.length > 1 || /[a-z]/i.test(key)) {
    const name = key.length === 1 ? key.toUpperCase() : key;
    return [e.shiftKey ? join("Shift", name) : join(name)];
  }
  const digit = /^(?:Digit|Numpad)(\d)$/.exec(e.code)?.[1];
  return e.shiftKey && digit ? [join(key), join("Shift", digit)] : [join(key)];
}

const shown: Record<string, string> = { ArrowUp: "↑", ArrowDown: "↓", ArrowLeft: "←", ArrowRight: "→", Escape: "Esc", Delete: "Del" };

/** showKeys is how a combination is printed on a button or in the key sheet. */
export function showKeys(keys: string): string {
  return keys.split(" ").map((k) => shown[k] ?? k).join(" ");
}
