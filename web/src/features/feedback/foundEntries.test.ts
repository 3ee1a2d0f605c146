import { expect, test } from "vitest";
import { loadPinyin } from "../../shared/text/pinyin";
import { foundEntries } from "./foundEntries";

const entry = (id: string, question: string, variants: string[] = []) => ({ id, question, variants, state: "live" as const, answer: null });
const all = [entry("a", "早餐几点"), entry("b", "健身房在哪"), entry("c", "停车收费吗", ["车停门口行不"])];
const near = [{ entry_id: "c", likeness: 0.3 }, { entry_id: "a", likeness: 0.7 }];

test("with nothing typed the entries near the question stand there, the nearest first", async () => {
  const match = await loadPinyin();
  expect(foundEntries(all, near, " ", match).map((f) => f.entry.id)).toEqual(["a", "c"]);
});

test("typing finds by characters, pinyin, initials and other wordings", async () => {
  const match = await loadPinyin();
  for (const [typed, want] of [["健身", "b"], ["jianshen", "b"], ["zcjd", "a"], ["门口", "c"], ["没有的", undefined]] as const)
    expect(foundEntries(all, near, typed, match)[0]?.entry.id, typed).toBe(want);
});
