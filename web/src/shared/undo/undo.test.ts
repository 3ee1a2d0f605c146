import { beforeEach, expect, test } from "vitest";
import { canRedo, canUndo, did, forget, redo, undo } from "./undo";

beforeEach(forget);

test("acts are taken back in the order they were done, and done again", async () => {
  const rows = new Set([1, 2]);
  for (const n of [1, 2]) {
    rows.delete(n);
    did({ words: `row ${n}`, undo: () => void rows.add(n), redo: () => void rows.delete(n) });
  }
  await undo();
  expect([...rows]).toEqual([2]);
  await undo();
  expect([...rows].sort()).toEqual([1, 2]);
  await redo();
  expect([...rows]).toEqual([2]);
  did({ words: "another", undo: () => {} });
  expect(canRedo()).toBe(false);
});

test("an undo that fails can be tried again", async () => {
  let down = true;
  did({ words: "x", undo: () => (down ? Promise.reject(new Error("down")) : undefined) });
  await expect(undo()).rejects.toThrow("down");
  expect(canUndo()).toBe(true);
  down = false;
  await undo();
  expect(canUndo()).toBe(false);
});
