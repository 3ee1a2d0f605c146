import type { Schemas } from "../../shared/api/client";
import { Fault } from "../../shared/api/fault";
import { useFormat } from "../../shared/format/useFormat";
import { FaultBand } from "../../shared/page/FaultBand";
import { useWords } from "../../shared/words/useWords";

/** EncodingBand says that a file is not in the encoding it was read in, and reads again with the one that it looks like. */
export function EncodingBand({ report, reread, rereading = false }: { report: Schemas["DatasetReport"]; reread: ((encoding: string) => void) | undefined; rereading?: boolean }) {
  const w = useWords("data");
  const f = useFormat();
  // Characters were lost; or most lines had to be read in another encoding, one by one. A few such lines are only noted.
  const kind = report.finding_counts["encoding"] ? "encoding" : 2 * (report.finding_counts["mixed_encoding"] ?? 0) > report.row_count ? "mixed_encoding" : "";
  const first = report.findings?.find((x) => x.kind === kind);
  const detected = report.detected?.find((d) => d.what === "encoding" && (d.part ?? "") === (first?.part ?? ""));
  const other = detected?.alternatives?.find((a) => a !== detected.value);
  if (!first || !detected || !other) return null;
  const names = { line: f.count(first.line ?? 0), count: f.count(report.finding_counts[kind] ?? 1), encoding: detected.value.toUpperCase(), other: other.toUpperCase() };
  const fault = new Fault(422, "dataset.encoding", w("not_encoding", names), w(kind === "encoding" ? "not_encoding_lost" : "not_encoding_lines", names), w("not_encoding_fix"), "encoding", "");
  return <FaultBand fault={fault} act={reread && { words: w("reread_as", names), run: () => reread(other) }} retrying={rereading} />;
}
