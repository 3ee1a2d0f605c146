// Cuts Noto Serif SC 600 (1.5 MB) down to the characters of our own titles. A title is a
// word whose key is "title" or begins with "title_"; what users write is never set in serif.
import { readdirSync, readFileSync, writeFileSync } from "node:fs";
import { createRequire } from "node:module";
import subset from "subset-font";

const source = createRequire(import.meta.url).resolve("@fontsource/noto-serif-sc/files/noto-serif-sc-chinese-simplified-600-normal.woff2");
const characters = new Set("琢磨");
for (let code = 0x20; code < 0x7f; code++) characters.add(String.fromCodePoint(code));
for (const file of readdirSync("src", { recursive: true }).filter((f) => /words\.\w+\.json$/.test(f))) {
  for (const [key, text] of Object.entries(JSON.parse(readFileSync(`src/${file}`, "utf8")))) {
    if (/^title(_|$)/.test(key)) for (const c of text) characters.add(c);
  }
}
const font = await subset(readFileSync(source), [...characters].sort().join(""), { targetFormat: "woff2" });
writeFileSync("src/shared/theme/zhuomo-serif.woff2", font);
