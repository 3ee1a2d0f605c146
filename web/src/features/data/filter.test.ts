import { expect, test } from "vitest";
import { conditionOf, isFiltered, noFilter, partsOf, pick, pickFinding, queryOf, readFilter, writeFilter } from "./filter";

test("a condition is read as it was written, whatever the value holds", () => {
  for (const not of [true, false]) for (const value of ["", "a=b", "!=", "微信"]) expect(partsOf(conditionOf("渠道", value, not))).toEqual({ column: "渠道", value, not });
});

test("a filter survives the address and leaves the rest of it", () => {
  const filter = { contains: "退", where: ["渠道=微信", "a!="], length: ["text=3-5"], finding: ["clean.width.v1"], without: ["clean.space.v1"] };
  const address = writeFilter(new URLSearchParams("version=v1&where=old=1"), filter);
  expect(address.get("version")).toBe("v1");
  expect(readFilter(address)).toEqual(filter);
  expect(queryOf(noFilter)).toEqual({});
  expect([isFiltered(noFilter), isFiltered(filter)]).toEqual([false, true]);
});

test("a click chooses one of a column, a second takes it away, Shift adds what is not wanted", () => {
  const one = pick(noFilter, "where", "渠道", "微信", false);
  expect(one.where).toEqual(["渠道=微信"]);
  expect(pick(one, "where", "渠道", "微信", false).where).toEqual([]);
  expect(pick(one, "where", "渠道", "App", false).where).toEqual(["渠道=App"]);
  expect(pick(one, "length", "渠道", "2-3", false)).toMatchObject({ where: [], length: ["渠道=2-3"] });
  expect(pick(one, "where", "渠道", "微信", true).where).toEqual(["渠道!=微信"]);
  expect(pick(pick(noFilter, "where", "a", "1", true), "where", "a", "2", true).where).toEqual(["a!=1", "a!=2"]);
});

test("findings are chosen one at a time and left out in any number", () => {
  const wide = pickFinding(noFilter, "w", false);
  expect(wide.finding).toEqual(["w"]);
  expect(pickFinding(wide, "w", false).finding).toEqual([]);
  expect(pickFinding(wide, "s", false).finding).toEqual(["s"]);
  expect(pickFinding(pickFinding(wide, "s", true), "p", true)).toMatchObject({ finding: ["w"], without: ["s", "p"] });
  expect(pickFinding(wide, "w", true)).toMatchObject({ finding: [], without: ["w"] });
});
