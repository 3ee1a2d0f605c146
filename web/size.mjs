// After a build: says how large the pages are, fails when one outgrows its budget, and puts a
// .gz beside each text file, which the server hands out as it is.
import { readFileSync, readdirSync, writeFileSync } from "node:fs";
import { gzipSync } from "node:zlib";

writeFileSync("dist/.keep", ""); // keeps the folder in a clone that was never built
const limits = { chat: 40_000, home: 350_000 };
const sizes = new Map();
for (const name of readdirSync("dist", { recursive: true })) {
  if (!/\.(js|css|html|svg)$/.test(name)) continue;
  const zipped = gzipSync(readFileSync(`dist/${name}`), { level: 9 });
  sizes.set(name, zipped.length);
  if (zipped.length > 600) writeFileSync(`dist/${name}.gz`, zipped);
}

// What the browser loads before the home page is complete: the entry, what it imports, the
// home stage, and one language of words.
const manifest = JSON.parse(readFileSync("dist/.vite/manifest.json", "utf8"));
const home = new Set();
const take = (key) => {
  const part = manifest[key];
  if (!part || home.has(part.file)) return;
  home.add(part.file);
  for (const css of part.css ?? []) home.add(css);
  for (const next of part.imports ?? []) take(next);
};
["index.html", "src/features/home/HomeStage.tsx", ...Object.keys(manifest).filter((k) => /^src\/(app|shared|features\/home)\/words\.zh\.json$/.test(k))].forEach(take);

const chat = manifest["chat.html"];
if (chat.imports?.length) {
  console.error("web: chat.js imports other files; the chat must be one file to embed");
  process.exit(1);
}
const measured = { chat: sizes.get(chat.file), home: [...home].reduce((sum, file) => sum + (sizes.get(file) ?? 0), 0) };
for (const [page, bytes] of Object.entries(measured)) {
  console.log(`web: ${page} ${(bytes / 1000).toFixed(1)} KB gzipped of ${limits[page] / 1000}`);
  if (bytes > limits[page]) process.exitCode = 1;
}
