// Both languages have the same words with the same holes; every word is used, every use has its word.

import { readdirSync, readFileSync } from "node:fs";
import { expect, test } from "vitest";
import { pseudo } from "./pseudo";

const src = new URL("../../", import.meta.url).pathname;
const read = (folder: string, lang: string) => JSON.parse(readFileSync(`${src}${folder}/words.${lang}.json`, "utf8")) as Record<string, string>;
const holes = (text: string) => [...text.matchAll(/\{\w+\}/g)].map((m) => m[0]).sort();
const plain = (key: string) => key.replace(/_(one|other)$/, "");
const folders = ["app", "shared", ...readdirSync(`${src}features`).map((f) => `features/${f}`)];
const code = (folder: string) =>
  (readdirSync(src + folder, { recursive: true }) as string[])
    .filter((f) => /\.tsx?$/.test(f) && !f.includes(".test."))
    .map((f) => readFileSync(`${src}${folder}/${f}`, "utf8"))
    .join("\n");
// Buttons that any page may want.
const offered = ["save", "close", "yes", "no"];
const everything = code("");

for (const folder of folders) {
  const zh = read(folder, "zh");
  const en = read(folder, "en");

  test(`${folder}: no word stands twice`, () => {
    for (const lang of ["zh", "en"]) {
      const keys = [...readFileSync(`${src}${folder}/words.${lang}.json`, "utf8").matchAll(/(?:^|[{,])\s*"((?:[^"\\]|\\.)*)"\s*:/gm)].map((m) => m[1]!);
      expect(keys.filter((k, i) => keys.indexOf(k) < i), lang).toEqual([]);
      expect(keys.length, lang).toBe(Object.keys(read(folder, lang)).length);
    }
  });

  test(`${folder}: both languages have the same words with the same holes`, () => {
    expect([...new Set(Object.keys(en).map(plain))].sort()).toEqual([...new Set(Object.keys(zh).map(plain))].sort());
    for (const [key, text] of Object.entries(en)) {
      const other = zh[key] ?? zh[plain(key)] ?? zh[`${plain(key)}_other`];
      const counted = (h: string) => h !== "{count}" || !key.endsWith("_one");
      expect(holes(text).filter(counted), key).toEqual(holes(other!).filter(counted));
    }
    for (const text of [...Object.values(zh), ...Object.values(en)]) expect(text.trim()).not.toBe("");
  });

  test(`${folder}: every word is used`, () => {
    const from = folder === "shared" ? everything : code(folder);
    const unused = Object.keys(zh).map(plain).filter((key) => {
      if (from.includes(`"${key}"`) || from.includes(`'${key}'`)) return false;
      // A key with a changing end: w(`stage_${id}`).
      for (let at = key.indexOf("_"); at > 0; at = key.indexOf("_", at + 1)) if (from.includes(`\`${key.slice(0, at + 1)}\${`)) return false;
      return true;
    });
    expect(unused.filter((key) => folder !== "shared" || !offered.includes(key))).toEqual([]);
  });

  test(`${folder}: every use has its word`, () => {
    const known = new Set([...Object.keys(zh), ...Object.keys(zh).map(plain)]);
    const shared = new Set(Object.keys(read("shared", "zh")));
    const missing = [...code(folder).replace(/^ *(?:\*|\/\/).*$/gm, "").matchAll(/\b(?:w|t|shared|sharedWord)\("([a-z0-9_.]+)"/g)].map((m) => m[1]!).filter((key) => !known.has(key) && !shared.has(key));
    expect(missing).toEqual([]);
  });
}

test("the pseudo-locale changes letters and keeps holes", () => {
  expect(pseudo("Rows {from} of {total}")).toBe("[Ŕóŵš {from} óƒ {total}]");
});
