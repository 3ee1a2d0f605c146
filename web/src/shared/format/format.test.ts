import { expect, test } from "vitest";
import { bytes, count, duration, interval, percent, score, time } from "./format";

test("numbers", () => {
  expect(count("zh", 12018)).toBe("12,018");
  expect(percent(0.9277)).toBe("92.8");
  expect(score(0.831)).toBe(".83");
  expect(score(-0.04)).toBe("-.04");
  expect(score(1)).toBe("1.00");
  expect(interval(0.912, 0.944)).toBe("±1.6");
  expect(bytes(999)).toBe("999 B");
  expect(bytes(3_400_000)).toBe("3.4 MB");
});

test("durations", () => {
  for (const [seconds, zh, en] of [
    [0.000038, "38 µs", "38 µs"],
    [0.0006, "600 µs", "600 µs"],
    [0.0126, "13 ms", "13 ms"],
    [0.84, "0.84 s", "0.84 s"],
    [1.62, "1.6 s", "1.6 s"],
    [185, "3 分 5 秒", "3 min 5 s"],
    [7500, "2 小时 5 分", "2 h 5 min"],
  ] as const) {
    expect(duration("zh", seconds)).toBe(zh);
    expect(duration("en", seconds)).toBe(en);
  }
});

test("times are short when they are near", () => {
  const now = new Date(2026, 8, 18, 12, 0).getTime();
  const us = (y: number, m: number, d: number, h: number, min: number) => new Date(y, m, d, h, min).getTime() * 1000;
  expect(time("zh", us(2026, 8, 18, 10, 42), now)).toBe("10:42");
  expect(time("zh", us(2026, 8, 15, 18, 20), now)).toBe("9月15日 18:20");
  expect(time("zh", us(2025, 8, 15, 18, 20), now)).toBe("2025年9月15日");
});
