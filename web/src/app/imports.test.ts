// The shape of the pages: a feature imports shared/ and itself, shared/ imports nothing above it,
// the chat stands alone, and a file exports by name.

import { readdirSync, readFileSync } from "node:fs";
import { dirname, join, normalize } from "node:path/posix";
import { expect, test } from "vitest";

const src = new URL("../", import.meta.url).pathname;
const files = (readdirSync(src, { recursive: true }) as string[]).filter((f) => /\.tsx?$/.test(f));
const area = (file: string) => (file.startsWith("features/") ? file.split("/").slice(0, 2).join("/") : file.split("/")[0]!);

function allowed(from: string, to: string): boolean {
  if (from === to || from === "app") return true;
  return to === "shared" && from.startsWith("features/");
}

test("nothing is imported from above or from the side", () => {
  const wrong: string[] = [];
  for (const file of files) {
    const text = readFileSync(src + file, "utf8");
    for (const [, path] of text.matchAll(/(?:from|import)\s*\(?\s*"(\.[^"]+)"/g)) {
      const to = normalize(join(dirname(file), path!));
      if (!allowed(area(file), area(to))) wrong.push(`${file} imports ${to}`);
    }
  }
  expect(wrong).toEqual([]);
});

test("exports have names, files are short, addresses are not written by hand", () => {
  const wrong: string[] = [];
  for (const file of files.filter((f) => !f.endsWith("schema.d.ts"))) {
    const text = readFileSync(src + file, "utf8");
    if (/^export default/m.test(text)) wrong.push(`${file} has a default export`);
    if (text.split("\n").length > 600) wrong.push(`${file} is over 600 lines`);
    if (file.startsWith("features/") && /\bfetch\(|["'`]\/api\/v1[^"'`]*\$\{/.test(text)) wrong.push(`${file} writes an address by hand`);
    if (/\bindex\.tsx?$/.test(file)) wrong.push(`${file} is a barrel`);
  }
  expect(wrong).toEqual([]);
});
