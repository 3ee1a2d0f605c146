import type { Schemas } from "../../shared/api/client";
import { useFormat } from "../../shared/format/useFormat";
import { useLang } from "../../shared/words/useLang";
import { useWords } from "../../shared/words/useWords";
import css from "./data.module.css";

/** FindingsList tells what reading stumbled on, by line and byte; rows around it are kept. */
export function FindingsList({ report }: { report: Schemas["DatasetReport"] }) {
  const w = useWords("data");
  const f = useFormat();
  const lang = useLang();
  if (!report.finding_count) return null;
  const some = (report.findings ?? []).slice(0, 5);
  return (
    <div className={css["findings"]}>
      <b>{w("stumbled", { count: f.count(report.finding_count) })}</b>
      <ul>
        {some.map((x, i) => (
          <li key={i}>
            {x.part && `${x.part} · `}
            {x.line ? w("at_line", { line: f.count(x.line) }) : w("at_byte", { byte: f.count(x.offset) })} {lang === "zh" ? x.why.zh : x.why.en}
          </li>
        ))}
      </ul>
      {report.finding_count > some.length && <p>{w("and_more", { count: f.count(report.finding_count - some.length) })}</p>}
    </div>
  );
}
