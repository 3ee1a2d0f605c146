import { Link } from "react-router";
import { useProduct } from "../../shared/api/useProduct";
import { useFormat } from "../../shared/format/useFormat";
import { Section } from "../../shared/page/Section";
import { useWords } from "../../shared/words/useWords";
import type { Report } from "./api";
import { shareOf, type Rule } from "./need";
import { changes } from "./changes";
import css from "./evaluate.module.css";

/** SuiteList is the suite by kind and by group, each with its share; a bar opens its checks. Cinnabar is what the gate refuses. */
export function SuiteList({ suite, rules }: { suite: NonNullable<Report["suite"]>; rules: Rule[] }) {
  const w = useWords("evaluate");
  const f = useFormat();
  const product = useProduct();
  const refused = new Set(rules.filter((r) => !r.passed).map(shareOf));
  const kinds = ["minimum", "has", "lacks", "invariance", "direction"].filter((k) => suite.by_kind[k]);
  const groups = Object.entries(suite.by_group).sort(([a, x], [b, y]) => x.passed / x.total - y.passed / y.total || a.localeCompare(b));
  const line = (part: string, words: string, s: { passed: number; total: number }) => (
    <Link key={part} className={css["share"]!} to={`checks?part=${encodeURIComponent(part)}`} data-whole={!refused.has(part)}>
      <span>{words}</span>
      <i aria-hidden style={{ "--share": `${(100 * s.passed) / Math.max(1, s.total)}%` } as React.CSSProperties} />
      <b>{f.count(s.passed)} / {f.count(s.total)}</b>
    </Link>
  );
  return (
    <Section title={w("suite")} note={<Link to="checks">{f.count(suite.all.passed)} / {f.count(suite.all.total)}</Link>} acts={<Link to={`/${product}/evaluate/rules/suite`}>{w("edit")}</Link>}>
      {kinds.map((k) => line(k, w(`kind_${k}`), suite.by_kind[k]!))}
      <p className={css["caption"]}>{w("by_group")}</p>
      {groups.map(([g, s]) => line(g, changes.includes(g) ? w(`change_${g}`) : g, s))}
    </Section>
  );
}
