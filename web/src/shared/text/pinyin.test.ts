import { expect, test } from "vitest";
import { loadPinyin, matchText } from "./pinyin";

test("characters, pinyin, initials find the same word", async () => {
  const match = await loadPinyin();
  for (const query of ["轮椅", "lunyi", "lunyi", "ly", "LunY"]) {
    expect(match("老人坐轮椅方便吗", query), query).toMatchObject({ start: 3, end: 5 });
  }
  expect(match("问酒店设施", "wjd")).toMatchObject({ start: 0, end: 3 });
  expect(match("问酒店设施", "xyz")).toBeUndefined();
});

test("a character with several readings", async () => {
  const match = await loadPinyin();
  expect(match("行李", "xingli")).toBeDefined();
  expect(match("银行", "yinhang")).toBeDefined();
});

test("a better place scores higher", () => {
  expect(matchText("找酒店", "找")!.score).toBeGreaterThan(matchText("帮我找", "找")!.score);
  expect(matchText("Order", "ord")).toMatchObject({ start: 0, end: 3 });
  expect(matchText("a", "b")).toBeUndefined();
});
