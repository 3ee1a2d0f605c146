// The guides show pictures and name pages: each must be there.

import { existsSync, readdirSync, readFileSync, statSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";

const guides = new URL("../../../docs/guide", import.meta.url).pathname;
const features = new URL("../features", import.meta.url).pathname;

/** routes are the patterns of all pages, read off the files that declare them: "label/queues/:queue". */
function routes(): string[] {
  const all = ["", "new", "people", "settings", "settings/keys", "settings/tokens", "jobs"];
  for (const stage of readdirSync(features)) {
    const file = join(features, stage, `${stage[0]!.toUpperCase()}${stage.slice(1)}Stage.tsx`);
    if (!existsSync(file)) continue;
    all.push(stage);
    for (const [, path] of readFileSync(file, "utf8").matchAll(/<Route path="([^"*]+)"/g)) all.push(`${stage}/${path}`);
  }
  return all;
}

const fits = (pattern: string, path: string): boolean => {
  const [p, q] = [pattern.split("/"), path.split("/")];
  return p.length === q.length && p.every((part, i) => part === q[i] || part.startsWith(":"));
};

describe.each(readdirSync(guides).filter((f) => f.endsWith(".md")))("docs/guide/%s", (file) => {
  const text = readFileSync(join(guides, file), "utf8");

  test("shows pictures that are there, of a size to load", () => {
    const pictures = [...text.matchAll(/!\[[^\]]*\]\(([^)]+)\)/g)].map((m) => m[1]!);
    expect(pictures.length).toBeGreaterThan(0);
    expect(pictures.filter((p) => !existsSync(join(guides, p)))).toEqual([]);
    expect(pictures.filter((p) => statSync(join(guides, p)).size > 150_000)).toEqual([]);
  });

  test("links to files that are there", () => {
    const links = [...text.matchAll(/(?<!!)\[[^\]]*\]\(([^)#]+)[^)]*\)/g)].map((m) => m[1]!).filter((l) => !l.includes(":"));
    expect(links.filter((l) => !existsSync(join(guides, l)))).toEqual([]);
  });

  test("names pages that are there", () => {
    const all = routes();
    // A page is named by its address, the product as {产品} or {product}: `/{产品}/label/guideline`.
    const named = [...text.matchAll(/`\/(?:\{[^}]+\}\/?)?([a-z][a-z/]*(?:\/\{[^}]+\})*)`/g)].map((m) => m[1]!.replace(/\{[^}]+\}/g, "x"));
    expect(named.filter((path) => !path.startsWith("chat") && !all.some((r) => fits(r, path)))).toEqual([]);
  });
});
