import { Link } from "react-router";
import { useFormat } from "../../shared/format/useFormat";
import { useWords } from "../../shared/words/useWords";
import type { Row } from "./api";
import css from "./data.module.css";

/** RowPeek is a whole row and the place in the raw file from which it came; its thread shows what is masked here to those who say why. */
export function RowPeek({ product, row, columns }: { product: string; row: Row; columns: string[] }) {
  const w = useWords("data");
  const f = useFormat();
  const masked = (row.values ?? []).some((v) => v.includes("•"));
  return (
    <dl className={css["peek"]}>
      {columns.map((c, i) => (
        <div key={c}>
          <dt>{c}</dt>
          <dd data-said>{row.values?.[i] || <span className={css["note"]}>{w("blank")}</span>}</dd>
        </div>
      ))}
      <div>
        <dt>{w("source")}</dt>
        <dd className={css["note"]}>
          {row.source.part && `${row.source.part} · `}
          {w("source_place", { record: f.count(row.source.record), offset: f.count(row.source.offset), length: f.count(row.source.length) })} · <Link to={`/${product}/thread/${encodeURIComponent(row.id)}`}>{masked ? w("thread_unmask") : w("thread")}</Link>
        </dd>
      </div>
    </dl>
  );
}
