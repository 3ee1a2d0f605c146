// Parts of an answer as elements. Text is always set as text, never as markup.

import type { Choice, Part } from "./client";

export function el<K extends keyof HTMLElementTagNameMap>(
  tag: K,
  attributes: Record<string, string> = {},
  ...children: (Node | string)[]
): HTMLElementTagNameMap[K] {
  const made = document.createElement(tag);
  for (const [name, value] of Object.entries(attributes)) made.setAttribute(name, value);
  made.append(...children);
  return made;
}

export interface PartWords {
  position(n: number): string;
  minutes(n: number): string;
}

export function partElement(part: Part, words: PartWords, send: (choice: Choice) => void): HTMLElement {
  switch (part.kind) {
    case "text":
      return el("p", { class: "bubble bot" }, part.text);
    case "card":
      return card(part, send);
    case "choices":
      return choices(part.choices, send);
    case "handover":
      return handover(part, words);
  }
}

function card(part: Extract<Part, { kind: "card" }>, send: (choice: Choice) => void): HTMLElement {
  const facts = el("dl");
  for (const fact of part.facts ?? []) facts.append(el("div", {}, el("dt", {}, fact.name), el("dd", {}, fact.value)));
  const made = el("section", { class: "card", "aria-label": part.title }, el("h3", {}, part.title), facts);
  if (part.actions?.length) made.append(choices(part.actions, send));
  return made;
}

export function choices(list: Choice[], send: (choice: Choice) => void): HTMLElement {
  const made = el("div", { class: "choices", role: "group" });
  for (const choice of list) {
    const button = el("button", { type: "button", class: "choice" }, choice.text);
    button.addEventListener("click", () => send(choice));
    made.append(button);
  }
  return made;
}

function handover(part: Extract<Part, { kind: "handover" }>, words: PartWords): HTMLElement {
  const made = el("div", { class: "handover", role: "note" }, el("p", {}, part.text));
  const facts = [
    part.position ? words.position(part.position) : "",
    part.minutes ? words.minutes(part.minutes) : "",
  ].filter(Boolean);
  if (facts.length) made.append(el("p", { class: "queue" }, facts.join(" · ")));
  return made;
}
