import { DataTable } from "../../shared/table/DataTable";
import { useWords } from "../../shared/words/useWords";
import type { Entry } from "./api";

interface Wording {
  text: string;
  of: Entry;
}

/** Wordings is every other way to ask, with the entry that it leads to. */
export function Wordings({ rows, open }: { rows: Wording[]; open: (row: Wording) => void }) {
  const w = useWords("knowledge");
  return (
    <DataTable
      id="knowledge.wordings"
      label={w("wordings")}
      columns={[
        { key: "text", title: w("wordings"), cell: (r: Wording) => r.text, plain: (r: Wording) => r.text },
        { key: "of", title: w("col_question"), cell: (r: Wording) => r.of.question, plain: (r: Wording) => r.of.question },
      ]}
      rows={rows}
      rowKey={(r) => `${r.of.id} ${r.text}`}
      open={open}
      exportName={w("wordings")}
    />
  );
}
