import { expect, test } from "vitest";
import type { Entry } from "./api";
import { blank, bodyOf, draftOf, dueOf, emptyPart, inView, kinds, rivalsOf, withWordings, type Known } from "./entries";

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

test("what was left empty falls away; a button says what it reads unless told otherwise", () => {
  const body = bodyOf({
    ...draftOf(entry), variants: ["", " 早饭时间 "],
    parts: [{ kind: "text", text: " 八点 " }, ...kinds.map(emptyPart), { kind: "action", text: "订早餐" }, { kind: "card", title: " 餐厅 ", facts: [{ name: "楼层", value: "2" }, { name: "", value: "" }], actions: [{ text: "订位", send: "" }] }, { kind: "image", url: " /a.png ", text: "地图" }],
  }, entry);
  expect(body.answer).toEqual([
    { kind: "text", text: "八点" }, { kind: "action", text: "订早餐", send: "订早餐" },
    { kind: "card", title: "餐厅", facts: [{ name: "楼层", value: "2" }], actions: [{ text: "订位", send: "订位" }] }, { kind: "image", url: "/a.png", text: "地图" },
  ]);
  expect(body.variants).toEqual(["早饭时间"]);
  expect(bodyOf(blank).answer).toEqual([]);
});

test("views: due, short of wordings, in conflict, mined for", () => {
  const now = Date.parse("2026-09-20T00:00:00Z") * 1000;
  const rival = { kind: "duplicate", entry_id: "k2", question: "早饭", mine: "早餐几点", theirs: "早饭几点", likeness: 0.8 };
  const known: Known = { now, conflicts: [{ entry_id: "k1", question: entry.question, with: rival }], mined: [{ entry_id: "k1", text: "开饭没", likeness: 0.5, times: 1, turn_id: "t", why: "unanswered" }] };
  expect(dueOf(entry, now)).toBe("expiring");
  expect(dueOf(entry, now + 20 * 86_400e6)).toBe("expired");
  expect(dueOf(entry, now - 20 * 86_400e6)).toBe("");
  expect((["all", "short", "conflict", "due", "mined", "draft"] as const).map((v) => inView(entry, v, known))).toEqual([true, true, true, true, true, false]);
  expect(inView({ ...entry, id: "k3" }, "conflict", known)).toBe(false);
  expect(inView({ ...entry, id: "k2" }, "conflict", known)).toBe(true);
  expect(rivalsOf("k2", known.conflicts)).toEqual([{ ...rival, entry_id: "k1", question: entry.question, mine: "早饭几点", theirs: "早餐几点" }]);
});

test("a merge takes the question and wordings of the other, each once", () => {
  const d = withWordings(draftOf(entry), { question: "早饭时间", variants: ["几点开饭", "早餐几点", "早餐到几点"] });
  expect(d.variants).toEqual(["几点开饭", "早饭时间", "早餐到几点"]);
  expect(d.parts).toEqual(entry.answer);
});
