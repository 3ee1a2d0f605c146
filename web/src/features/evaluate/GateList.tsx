import { Check, X } from "lucide-react";
import { Link } from "react-router";
import { useProduct } from "../../shared/api/useProduct";
import { Section } from "../../shared/page/Section";
import { useWords } from "../../shared/words/useWords";
import type { Report } from "./api";
import { missing, readNeed, shareOf, type Rule } from "./need";
import css from "./evaluate.module.css";

/** GateList is what a release must pass: need, got, and the failing checks one click away. */
export function GateList({ report }: { report: Report }) {
  const w = useWords("evaluate");
  const product = useProduct();
  const to = (rule: Rule) => {
    const share = shareOf(rule);
    if (share) return `checks?${rule.passed ? "" : "passed=no&"}part=${encodeURIComponent(share)}`;
    if (rule.need.startsWith("stories")) return `/${product}/flow`;
    if (rule.need.startsWith("broken")) return "?change=broken";
    return `/${product}/model/${report.model_id}/rows${rule.passed ? "" : "?right=no"}`;
  };
  const named = ["exact", "micro_f1", "macro_f1", "not_worse", "minimum", "invariance", "direction", "stories", "broken"];
  const failed = (report.verdict.rules ?? []).filter((x) => !x.passed);
  return (
    <Section title={w("gate")} note={report.verdict.gate}>
      <table id="gate" className={css["rules"]} data-total={(report.verdict.rules ?? []).length}>
        <thead>
          <tr><td /><td className="read-only-aloud" /><th scope="col">{w("need")}</th><th scope="col">{w("got")}</th></tr>
        </thead>
        <tbody>
          {(report.verdict.rules ?? []).map((rule) => {
            const { need, got, base } = readNeed(rule);
            return (
              <tr key={rule.id} data-passed={rule.passed}>
                <td>{rule.passed ? <Check size={14} role="img" aria-label={w("passed")} /> : <X size={14} role="img" aria-label={w("refused")} />}</td>
                <th scope="row"><Link to={to(rule)}>{named.includes(rule.id) ? w(`rule_${rule.id}`) : rule.id}{base && <small>{base.replace("live", w("live"))}</small>}</Link></th>
                <td data-measure>{need.replace("live", w("live"))}</td>
                <td><Link to={to(rule)}>{got}</Link></td>
              </tr>
            );
          })}
        </tbody>
      </table>
      {failed.map((rule) => {
        const more = missing(rule);
        return (
          <p key={rule.id} className={css["fails"]}>
            <Link to={to(rule)}>{w("see_failing", { rule: named.includes(rule.id) ? w(`rule_${rule.id}`) : rule.id })}</Link> {more > 0 && w("more_needed", { count: more })}
          </p>
        );
      })}
    </Section>
  );
}
