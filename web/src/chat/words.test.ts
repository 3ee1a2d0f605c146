import { expect, test } from "vitest";
import chatZH from "./words.zh.json";
import chatEN from "./words.en.json";
import { words } from "./words";

const holes = (text: string) => [...text.matchAll(/\{\w+\}/g)].map((m) => m[0]).sort();

for (const [name, zh, en] of [["chat", chatZH, chatEN]] as const) {
  test(`${name}: both languages have the same words with the same holes`, () => {
    expect(Object.keys(en).sort()).toEqual(Object.keys(zh).sort());
    for (const [key, text] of Object.entries(zh)) expect(holes((en as Record<string, string>)[key]!), key).toEqual(holes(text));
  });
}

test("holes are filled, unknown ones stay to be seen", () => {
  const word = words({ zh: { a: "第 {n} 位 {x}" }, en: { a: "no {n}" } }, "zh");
  expect(word("a", { n: 3 })).toBe("第 3 位 {x}");
});
