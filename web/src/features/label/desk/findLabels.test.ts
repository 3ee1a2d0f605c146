import { expect, test } from "vitest";
import { matchPinyin } from "../../../shared/text/pinyinMatch";
import { findLabels } from "./findLabels";

const labels = [
  { id: "hotel_search", zh: "找酒店" },
  { id: "refund_apply", zh: "申请退款" },
  { id: "complaint", zh: "投诉" },
  { id: "weather", zh: "问天气" },
];
const find = (query: string) => findLabels(labels, (id) => labels.find((l) => l.id === id)!.zh, query, matchPinyin).map((l) => l.id);

test("characters, pinyin, initials and ids find a label", () => {
  for (const query of ["退款", "tuikuan", "tk", "refund"]) expect(find(query)[0]).toBe("refund_apply");
  expect(find("tousu")).toEqual(["complaint"]);
  expect(find("zjd")[0]).toBe("hotel_search");
});

test("nothing typed lists all in the order of the guideline", () => {
  expect(find(" ")).toEqual(labels.map((l) => l.id));
});
