// Says how large the pages are, and fails when the chat outgrows its 40 KB.
import { readFileSync, readdirSync, writeFileSync } from "node:fs";
import { gzipSync } from "node:zlib";

writeFileSync("dist/.keep", ""); // keeps the folder in a clone that was never built
const limits = { "chat.js": 40_000 };
for (const name of readdirSync("dist/assets")) {
  const bytes = gzipSync(readFileSync(`dist/assets/${name}`)).length;
  const limit = limits[name];
  if (limit && bytes > limit) {
    console.error(`web: ${name} is ${bytes} bytes gzipped, the limit is ${limit}`);
    process.exit(1);
  }
}
