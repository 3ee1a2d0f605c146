// What a page needs to go on while the server is gone, on this machine and for this person only. Signing out forgets it.

import { unmasked } from "./unmasked";

const prefix = "zhuomo.kept.";

export function keep(name: string, value: unknown): void {
  if (unmasked()) return; // what is seen in plain view stays nowhere
  try {
    localStorage.setItem(prefix + name, JSON.stringify(value));
  } catch {
    // Full, or nothing may be kept: the page works while the server does.
  }
}

export function readKept<T>(name: string): T | undefined {
  try {
    const text = localStorage.getItem(prefix + name);
    return text ? (JSON.parse(text) as T) : undefined;
  } catch {
    return undefined;
  }
}

/** forgetKept forgets everything that was kept, or what begins with a name. */
export function forgetKept(name = ""): void {
  try {
    for (const key of Object.keys(localStorage)) if (key.startsWith(prefix + name)) localStorage.removeItem(key);
  } catch {
    // There is nothing then.
  }
}
