import { Button } from "antd";
import { FileSpreadsheet } from "lucide-react";
import { useState } from "react";
import { asFault, type Fault } from "../api/fault";
import { useFormat } from "../format/useFormat";
import { FaultBand } from "../page/FaultBand";
import { useWords } from "../words/useWords";
import { ColumnChooser } from "./ColumnChooser";
import type { Chosen, Column } from "./columns";
import type { DataTableProps } from "./DataTable";
import css from "./table.module.css";

type Props<T> = Pick<DataTableProps<T>, "rows" | "columns" | "total" | "hasMore" | "selected" | "exportName" | "exportAll"> & {
  from: number;
  to: number;
  shown: Column<T>[];
  chosen: Chosen;
  onChoose: (chosen: Chosen | undefined) => void;
};

/** TableFoot says which rows are on screen and of how many, and holds the columns and Excel. */
export function TableFoot<T>({ rows, columns, total, hasMore, selected, exportName, exportAll, from, to, shown, chosen, onChoose }: Props<T>) {
  const w = useWords("shared");
  const f = useFormat();
  const [writing, setWriting] = useState(false);
  const [fault, setFault] = useState<Fault>();
  const whole = total ?? (hasMore ? undefined : rows.length);
  const write = async () => {
    setWriting(true);
    setFault(undefined);
    try {
      const all = hasMore && exportAll ? await exportAll() : rows;
      const { writeExcel } = await import("./excel");
      await writeExcel(exportName!, shown, all);
    } catch (e) {
      setFault(asFault(e));
    } finally {
      setWriting(false);
    }
  };
  return (
    <>
      {fault && <FaultBand fault={fault} retry={() => void write()} />}
      <div className={css["foot"]}>
        <span data-total={rows.length === 0 ? 0 : whole}>
          {rows.length === 0 || whole !== undefined
            ? w("table_foot", { from: rows.length ? f.count(from) : 0, to: f.count(to), total: f.count(whole ?? 0) })
            : w("table_foot_open", { loaded: f.count(rows.length) })}
          {!!selected?.length && <b> · {w("table_selected", { count: selected.length })}</b>}
        </span>
        <span className={css["footActs"]}>
          <ColumnChooser columns={columns} chosen={chosen} onChoose={onChoose} />
          {exportName && (
            <Button type="text" size="small" icon={<FileSpreadsheet size={14} />} loading={writing} disabled={!rows.length} onClick={() => void write()}>
              {w("table_export")}
            </Button>
          )}
        </span>
      </div>
    </>
  );
}
