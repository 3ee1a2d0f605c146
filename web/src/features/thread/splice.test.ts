import { expect, test } from "vitest";
import { pulls, splice } from "./splice";

test("a change is parted at whole characters", () => {
  expect(splice("朝cháo阳门", "朝阳门")).toEqual({ head: "朝", gone: "cháo", come: "", tail: "阳门" });
  expect(splice("我𠮷", "我𠮶")).toEqual({ head: "我", gone: "𠮷", come: "𠮶", tail: "" });
  expect(splice("aa", "a")).toEqual({ head: "a", gone: "a", come: "", tail: "" });
  expect(splice("同", "同")).toEqual({ head: "同", gone: "", come: "", tail: "" });
});

test("pulls are against the strongest character", () => {
  expect(pulls([1, -2, 0])).toEqual([0.5, -1, 0]);
  expect(pulls([0, 0])).toEqual([0, 0]);
});
