import { Link } from "react-router";
import type { Schemas } from "../../shared/api/client";
import { useLabelNames } from "../../shared/api/useLabelNames";
import { useProduct } from "../../shared/api/useProduct";
import { Section } from "../../shared/page/Section";
import { useWords } from "../../shared/words/useWords";
import css from "./model.module.css";

/** Weakest names the three pairs that are mixed up most, counted in both directions. */
export function Weakest({ measured, to }: { measured: Schemas["EvaluateMeasured"]; to: string }) {
  const w = useWords("model");
  const nameOf = useLabelNames(useProduct());
  const pairs = new Map<string, { a: string; b: string; count: number; most: number }>();
  for (const c of measured.confusion ?? []) {
    if (!c.gold || !c.said) continue;
    const key = [c.gold, c.said].sort().join("|");
    const pair = pairs.get(key);
    if (pair) pair.count += c.count;
    else pairs.set(key, { a: c.gold, b: c.said, count: c.count, most: c.count });
  }
  const worst = [...pairs.values()].sort((x, y) => y.count - x.count).slice(0, 3);
  if (!worst.length) return null;
  return (
    <Section title={w("weakest")} note={w("weakest_note")}>
      <div className={css["weak"]}>
        {worst.map((p) => (
          <Link key={p.a + p.b} to={`${to}?pair=${encodeURIComponent(`${p.a}|${p.b}`)}`}>
            <b>{nameOf(p.a)} / {nameOf(p.b)}</b>
            <div className={css["caption"]}>{w("mixed_up", { count: p.count })}</div>
          </Link>
        ))}
      </div>
    </Section>
  );
}
