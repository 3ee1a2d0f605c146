// Which actions can be done now, and the one place that listens to keys. Off while an input
// method composes, and in fields except with Ctrl.

import { settings } from "../theme/settings";
import { layers, type Action, type Layer } from "./actions";
import { chordsOf, pressed } from "./chord";

interface Entry {
  layer: Layer;
  actions: Action[];
}

const entries = new Map<symbol, Entry>(); // later ones are on top within their layer
const listeners = new Set<() => void>();
let snapshot: readonly (Entry & { id: symbol })[] = [];

function changed(): void {
  snapshot = [...entries].map(([id, e]) => ({ id, ...e }));
  for (const listener of listeners) listener();
}

export function put(id: symbol, layer: Layer, actions: Action[]): void {
  entries.set(id, { layer, actions });
  changed();
}

export function take(id: symbol): void {
  entries.delete(id);
  changed();
}

export function listenToActions(listener: () => void): () => void {
  listeners.add(listener);
  return () => listeners.delete(listener);
}

/** entriesNow are all actions that are on the page, in the order they came. */
export function entriesNow(): readonly Entry[] {
  return snapshot;
}

/** keyOf is the combination of an action for this person; "" when there is none. */
export function keyOf(action: Pick<Action, "id" | "key">): string {
  return settings().keys[action.id] ?? action.key ?? "";
}

/** ordered gives the actions as a key looks for them: by layer, the latest first. */
function ordered(): Action[] {
  // A closed dialog may stay in the document, hidden or on its way out; it takes no keys any more.
  const dialog = [...document.querySelectorAll('[role="dialog"][aria-modal="true"]')].some((d) => d.checkVisibility() && !d.closest('[class*="-leave"]'));
  return layers.filter((l) => !dialog || l === "dialog").flatMap((layer) => [...entries.values()].filter((e) => e.layer === layer).reverse().flatMap((e) => e.actions));
}

const sequenceMS = 1200;
let begun: string[] = [];
let begunAt = 0;

function isField(target: EventTarget | null): boolean {
  if (!(target instanceof Element)) return false;
  const field = target.closest("input, textarea, select, [contenteditable]:not([contenteditable=false])");
  if (field instanceof HTMLInputElement) return !["checkbox", "radio", "button", "submit", "range", "file"].includes(field.type);
  return field !== null;
}

// Enter and Space belong to the control that has focus; letters to an open menu.
function belongsToControl(e: KeyboardEvent): boolean {
  const target = e.target instanceof Element ? e.target : null;
  if (!target) return false;
  if (target.closest('[role="menu"], [role="listbox"], [role="slider"]')) return true;
  if (e.key !== "Enter" && e.key !== " ") return false;
  return target.closest('button, a[href], summary, input, [role="button"], [role="tab"], [role="switch"], [role="checkbox"], [role="link"], [role="combobox"]') !== null;
}

/** onKey runs the action that a key press means, if there is one. */
export function onKey(e: KeyboardEvent): void {
  if (e.defaultPrevented || e.isComposing || e.keyCode === 229) return;
  const withCtrl = e.ctrlKey || e.metaKey;
  if (e.key === "Escape" && isField(e.target)) (e.target as HTMLElement).blur(); // out of the field: the page's keys work again
  if (!withCtrl && (isField(e.target) || belongsToControl(e))) return;
  if (["Shift", "Control", "Alt", "Meta"].includes(e.key)) return;
  const chords = pressed(e);
  const before = begun.length && e.timeStamp - begunAt < sequenceMS ? begun : [];
  begun = [];
  const can = ordered().filter((a) => !e.repeat || a.repeat);
  for (const so of before.length ? [before, []] : [[]]) {
    for (const chord of chords) {
      const typed = [...so, chord];
      for (const action of can) {
        for (const keys of [keyOf(action), ...(action.more ?? [])]) {
          const wanted = chordsOf(keys);
          if (!wanted.length || !typed.every((c, i) => wanted[i] === c)) continue;
          if (action.when && !action.when()) continue;
          e.preventDefault();
          if (wanted.length > typed.length) {
            begun = typed;
            begunAt = e.timeStamp;
            return;
          }
          action.run(e);
          return;
        }
      }
    }
  }
}
