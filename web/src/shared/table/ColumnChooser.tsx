import { Button, Checkbox, Popover } from "antd";
import { ArrowDown, ArrowUp, Columns3 } from "lucide-react";
import { useWords } from "../words/useWords";
import type { Chosen, Column } from "./columns";
import css from "./table.module.css";

/** ColumnChooser turns columns on and off and puts them in order; kept on this browser. */
export function ColumnChooser<T>({ columns, chosen, onChoose }: { columns: Column<T>[]; chosen: Chosen; onChoose: (chosen: Chosen | undefined) => void }) {
  const w = useWords("shared");
  const order = [...chosen.order.filter((k) => columns.some((c) => c.key === k)), ...columns.map((c) => c.key).filter((k) => !chosen.order.includes(k))];
  const swap = (i: number, j: number) => {
    const next = [...order];
    [next[i], next[j]] = [next[j]!, next[i]!];
    onChoose({ ...chosen, order: next });
  };
  const list = (
    <ul className={css["columns"]}>
      {order.map((key, i) => {
        const column = columns.find((c) => c.key === key)!;
        const on = !chosen.off.includes(key);
        return (
          <li key={key}>
            <Checkbox checked={on} disabled={on && order.length - chosen.off.length <= 1} onChange={() => onChoose({ ...chosen, order, off: on ? [...chosen.off, key] : chosen.off.filter((k) => k !== key) })}>
              {column.title}
            </Checkbox>
            <span>
              <Button type="text" size="small" aria-label={`${column.title} ↑`} icon={<ArrowUp size={14} />} disabled={i === 0} onClick={() => swap(i, i - 1)} />
              <Button type="text" size="small" aria-label={`${column.title} ↓`} icon={<ArrowDown size={14} />} disabled={i === order.length - 1} onClick={() => swap(i, i + 1)} />
            </span>
          </li>
        );
      })}
      <li>
        <Button type="link" size="small" onClick={() => onChoose(undefined)}>
          {w("table_reset")}
        </Button>
      </li>
    </ul>
  );
  return (
    <Popover content={list} trigger="click" placement="topRight">
      <Button type="text" size="small" icon={<Columns3 size={14} />}>
        {w("table_columns")}
      </Button>
    </Popover>
  );
}
