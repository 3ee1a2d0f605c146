import { useWords } from "../../shared/words/useWords";
import { useReport } from "./api";
import css from "./release.module.css";

/** Gate is how many rules of the gate a release passed, from its report. */
export function Gate({ report }: { report: string | undefined }) {
  const w = useWords("release");
  const got = useReport(report).data;
  if (!report) return <span className={css["grey"]}>{w("gate_none")}</span>;
  const rules = got?.verdict.rules ?? [];
  if (!got) return null;
  const passed = rules.filter((r) => r.passed).length;
  return (
    <span className={passed === rules.length ? undefined : css["bad"]}>
      {passed} / {rules.length}
    </span>
  );
}
