import { beforeEach, expect, test } from "vitest";
import { forgetKept, keep, readKept } from "./kept";

beforeEach(() => {
  const map = new Map<string, string>();
  const storage = { getItem: (k: string) => map.get(k) ?? null, removeItem: (k: string) => void map.delete(k), setItem: (k: string, v: string) => void map.set(k, v) };
  globalThis.localStorage = new Proxy(storage as Storage, {
    ownKeys: () => [...map.keys()],
    getOwnPropertyDescriptor: (_, k) => (map.has(String(k)) ? { enumerable: true, configurable: true, value: map.get(String(k)) } : undefined),
  });
});

test("what is kept is read again until it is forgotten; others' entries stay", () => {
  localStorage.setItem("zhuomo.lang", "zh");
  keep("me", { id: "lin" });
  keep("desk.q1.lin", [1]);
  expect(readKept("me")).toEqual({ id: "lin" });
  forgetKept("desk.");
  expect([readKept("desk.q1.lin"), readKept("me")]).toEqual([undefined, { id: "lin" }]);
  forgetKept();
  expect([readKept("me"), localStorage.getItem("zhuomo.lang")]).toEqual([undefined, "zh"]);
});

test("a text that is no JSON, or a storage that throws, counts as nothing kept", () => {
  localStorage.setItem("zhuomo.kept.me", "{");
  expect(readKept("me")).toBeUndefined();
  globalThis.localStorage = { getItem: () => { throw new Error("blocked"); }, setItem: () => { throw new Error("full"); } } as unknown as Storage;
  keep("me", 1);
  expect(readKept("me")).toBeUndefined();
});
