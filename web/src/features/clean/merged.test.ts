import { expect, test } from "vitest";
import { merged, originOf, textOf, veiled } from "./merged";

test("two steps on one cell are one line", () => {
  const line = merged([
    { step: 2, ops: [{ kind: "same", text: "人均" }, { kind: "del", text: "１００" }, { kind: "add", text: "100" }, { kind: "same", text: "(yī)左右" }] },
    { step: 3, ops: [{ kind: "same", text: "人均100" }, { kind: "del", text: "(yī)" }, { kind: "same", text: "左右" }] },
  ]);
  expect(originOf(line)).toBe("人均１００(yī)左右");
  expect(textOf(line)).toBe("人均100左右");
  expect(line.map((s) => `${s.kind}${s.step}`)).toEqual(["same0", "del2", "add2", "del3", "same0"]);
});

test("what one step wrote and another took leaves no trace", () => {
  const line = merged([
    { step: 1, ops: [{ kind: "del", text: "a" }, { kind: "add", text: "xy" }, { kind: "same", text: "b" }] },
    { step: 2, ops: [{ kind: "del", text: "x" }, { kind: "same", text: "yb" }] },
  ]);
  expect(originOf(line)).toBe("ab");
  expect(textOf(line)).toBe("yb");
});

test("a gap in what was listed begins anew", () => {
  const line = merged([{ step: 1, ops: [{ kind: "del", text: "a" }, { kind: "add", text: "b" }] }, { step: 4, ops: [{ kind: "del", text: "c" }, { kind: "add", text: "d" }] }]);
  expect(originOf(line)).toBe("c");
  expect(textOf(line)).toBe("d");
});

test("masked text stays masked", () => {
  expect(veiled("13800135520")).toBe("13••••20");
  expect(veiled("abc")).toBe("•••");
});
