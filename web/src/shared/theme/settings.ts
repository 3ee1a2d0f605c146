// What a person chose for this browser: kept in localStorage, shared by all tabs.

import { useSyncExternalStore } from "react";
import type { Density } from "./tokens";

export interface Settings {
  theme: "light" | "dark" | "system";
  density: Density;
  navFolded: boolean;
  paneFolded: boolean;
  /** Keys a person set: action id → combination, "" for switched off. */
  keys: Record<string, string>;
}

const storage = "zhuomo.settings";
const standard: Settings = { theme: "system", density: "normal", navFolded: false, paneFolded: false, keys: {} };

let current = read();
const listeners = new Set<() => void>();

function read(): Settings {
  try {
    return { ...standard, ...(JSON.parse(localStorage.getItem(storage) ?? "{}") as Partial<Settings>) };
  } catch {
    return standard; // no storage, or somebody else's text in it
  }
}

function tell(): void {
  for (const listener of listeners) listener();
}

if (typeof addEventListener === "function") {
  addEventListener("storage", (e) => {
    if (e.key !== storage) return;
    current = read();
    tell();
  });
}

export function settings(): Settings {
  return current;
}

export function setSettings(change: Partial<Settings>): void {
  current = { ...current, ...change };
  try {
    localStorage.setItem(storage, JSON.stringify(current));
  } catch {
    // A browser that keeps nothing still works until it is closed.
  }
  tell();
}

function listen(listener: () => void): () => void {
  listeners.add(listener);
  return () => listeners.delete(listener);
}

export function useSettings(): Settings {
  return useSyncExternalStore(listen, settings);
}
