import { expect, test } from "vitest";
import type { Entry } from "./api";
import { bodyOf, draftOf, inView, withWordings } from "./entries";

const entry: Entry = {
  id: "k1", question: "早餐几点", category: "设施", state: "live", variants: ["几点开饭"], answer: [{ kind: "text", text: "七点" }, { kind: "card", title: "餐厅" }],
  conditions: { channels: ["微信"], customer_kinds: ["会员"], valid_to_us: Date.parse("2026-09-30T23:59:59.999Z") * 1000 }, sources: [{ row_id: "r1" }],
};

test("an entry comes out of the form as it went in", () => {
  const body = bodyOf(draftOf(entry), entry);
  expect(body.answer).toEqual(entry.answer);
  expect(body.conditions).toEqual({ ...entry.conditions, valid_from_us: 0 });
  expect(body.sources).toEqual(entry.sources);
});

test("parts that the form does not show survive a new text; empty wordings fall away", () => {
  const body = bodyOf({ ...draftOf(entry), text: " 八点 ", variants: ["", " 早饭时间 "] }, entry);
  expect(body.answer?.map((p) => p.text ?? p.title)).toEqual(["八点", "餐厅"]);
  expect(body.variants).toEqual(["早饭时间"]);
});

test("views: expired, soon to expire, short of wordings", () => {
  const now = Date.parse("2026-09-20T00:00:00Z") * 1000;
  expect(inView(entry, "expiring", now)).toBe(true);
  expect(inView(entry, "expired", now)).toBe(false);
  expect(inView(entry, "expired", now + 20 * 86_400e6)).toBe(true);
  expect(inView(entry, "short", now)).toBe(true);
  expect(inView(entry, "draft", now)).toBe(false);
});

test("a merge takes the question and wordings of the other, each once", () => {
  const d = withWordings(draftOf(entry), { question: "早饭时间", variants: ["几点开饭", "早餐几点", "早餐到几点"] });
  expect(d.variants).toEqual(["几点开饭", "早饭时间", "早餐到几点"]);
  expect(d.text).toBe("七点");
});
