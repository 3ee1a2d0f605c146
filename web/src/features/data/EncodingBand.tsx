import type { Schemas } from "../../shared/api/client";
import { Fault } from "../../shared/api/fault";
import { useFormat } from "../../shared/format/useFormat";
import { FaultBand } from "../../shared/page/FaultBand";
import { useWords } from "../../shared/words/useWords";

/** EncodingBand says that characters were lost to a wrong encoding, and reads again with the one that it looks like. */
export function EncodingBand({ report, reread, rereading = false }: { report: Schemas["DatasetReport"]; reread: ((encoding: string) => void) | undefined; rereading?: boolean }) {
  const w = useWords("data");
  const f = useFormat();
  const lost = report.findings?.find((x) => x.kind === "encoding");
  const detected = report.detected?.find((d) => d.what === "encoding" && (d.part ?? "") === (lost?.part ?? ""));
  const other = detected?.alternatives?.find((a) => a !== detected.value);
  if (!lost || !detected || !other) return null;
  const names = { line: f.count(lost.line ?? 0), count: f.count(report.finding_counts["encoding"] ?? 1), encoding: detected.value.toUpperCase(), other: other.toUpperCase() };
  const fault = new Fault(422, "dataset.encoding", w("not_encoding", names), w("not_encoding_detail", names), w("not_encoding_fix"), "encoding", "");
  return <FaultBand fault={fault} act={reread && { words: w("reread_as", names), run: () => reread(other) }} retrying={rereading} />;
}
