import { Table } from "antd";
import type { TableRef } from "antd/es/table";
import { useEffect, useMemo, useRef, useState, type Key, type ReactNode } from "react";
import { useActions } from "../keys/useActions";
import { rowHeights } from "../theme/tokens";
import { useSettings } from "../theme/settings";
import { useWords } from "../words/useWords";
import { choose, keepChosen, layOut, readChosen, standardChoice, type Column } from "./columns";
import { TableFoot } from "./TableFoot";
import { useSize } from "./useSize";
import css from "./table.module.css";

const virtualOver = 200;

/** ahead is how many rows before the last one that is here the next are asked for: a fast hand must not see the end. */
const ahead = 500;

export interface DataTableProps<T> {
  /** id keeps the person's columns: "data.rows". */
  id: string;
  columns: Column<T>[];
  rows: T[];
  rowKey: (row: T) => string;
  /** total is how many rows there are; missing when the server does not count them. */
  total?: number;
  hasMore?: boolean | undefined;
  /** more reads on; called well before the last row is on screen. */
  more?: () => void;
  /** open is Enter and a click. */
  open?: (row: T) => void;
  /** peek is what Space shows under the row. */
  peek?: (row: T) => ReactNode;
  /** thread is the id that the thread of a row is opened by; T opens it from anywhere. */
  thread?: (row: T) => string;
  /** current is the key of the row that the address names. */
  current?: string | undefined;
  /** onCurrent hears which row the keys stand on. */
  onCurrent?: (row: T) => void;
  selected?: string[];
  onSelect?: (keys: string[]) => void;
  /** exportName is the file name for Excel; exportAll reads the rows that are not here yet. */
  exportName?: string;
  exportAll?: () => Promise<T[]>;
  /** height is fixed; without it the table fills what is left of its parent. */
  height?: number;
  label: string;
}

/**
 * DataTable is every table: sticky head, J K Enter Space X, columns that the person chooses, a foot
 * with the range and the total, Excel. Over 200 rows only those on screen are drawn.
 */
export function DataTable<T extends object>(p: DataTableProps<T>) {
  const w = useWords("shared");
  const { density } = useSettings();
  const row = rowHeights[density];
  const box = useRef<HTMLDivElement>(null);
  const table = useRef<TableRef>(null);
  const size = useSize(box);
  const [own, setOwn] = useState(() => readChosen(p.id));
  const chosen = useMemo(() => own ?? standardChoice(p.columns), [own, p.columns]);
  const [at, setAt] = useState(-1);
  const [peeked, setPeeked] = useState<string>();
  const [first, setFirst] = useState(0);
  const shown = useMemo(() => choose(p.columns, chosen), [p.columns, chosen]);
  const widths = useMemo(() => layOut(shown, size.width - (p.onSelect ? 40 : 0)), [shown, size.width, p.onSelect]);
  const virtual = p.rows.length > virtualOver || !!p.hasMore; // one kind for the whole scroll, so that reading on does not jump
  const bodyHeight = Math.max(row, (p.height ?? size.height) - row);
  const keyOf = p.rowKey;

  // What scrolls takes the focus, so that arrow and page keys work without a mouse.
  useEffect(() => {
    const body = box.current?.querySelector<HTMLElement>(".ant-table-body, .ant-table-tbody-virtual-holder");
    if (!body) return;
    body.tabIndex = 0;
    body.setAttribute("role", "region");
    body.setAttribute("aria-label", p.label);
  }, [virtual, size.width > 0, p.label]);

  useEffect(() => {
    if (p.current === undefined) return;
    setAt(p.rows.findIndex((r) => keyOf(r) === p.current));
  }, [p.current, p.rows, keyOf]);

  const go = (to: number) => {
    const next = Math.max(0, Math.min(p.rows.length - 1, to));
    const there = p.rows[next];
    if (!there) return;
    setAt(next);
    table.current?.scrollTo({ key: keyOf(there) as Key });
    p.onCurrent?.(there);
    if (next > p.rows.length - ahead) p.more?.();
  };
  const pick = (keys: string[]) => p.onSelect?.([...new Set(keys)]);
  const toggle = (key: string) => pick(p.selected?.includes(key) ? p.selected.filter((k) => k !== key) : [...(p.selected ?? []), key]);
  const here = () => p.rows[at];
  const extend = (by: number) => {
    const keys = [here(), p.rows[at + by]].filter((r): r is T => !!r).map(keyOf);
    pick([...(p.selected ?? []), ...keys]);
    go(at + by);
  };
  useActions(
    [
      { id: "list.down", words: w("table_down"), key: "J", more: ["ArrowDown"], run: () => go(at + 1), hidden: true, repeat: true },
      { id: "list.up", words: w("table_up"), key: "K", more: ["ArrowUp"], run: () => go(at - 1), hidden: true, repeat: true },
      { id: "list.open", words: w("table_open"), key: "Enter", when: () => !!p.open && !!here(), run: () => p.open?.(here()!), hidden: true },
      { id: "list.peek", words: w("table_peek"), key: "Space", when: () => !!p.peek && !!here(), run: () => setPeeked((k) => (k === keyOf(here()!) ? undefined : keyOf(here()!))), hidden: true },
      { id: "list.select", words: w("table_select"), key: "X", when: () => !!p.onSelect && !!here(), run: () => toggle(keyOf(here()!)), hidden: true },
      { id: "list.extend_down", words: w("table_down"), key: "Shift J", when: () => !!p.onSelect && !!here(), run: () => extend(1), hidden: true, repeat: true },
      { id: "list.extend_up", words: w("table_up"), key: "Shift K", when: () => !!p.onSelect && !!here(), run: () => extend(-1), hidden: true, repeat: true },
      { id: "list.select_all", words: w("table_select_all"), key: "Ctrl A", when: () => !!p.onSelect, run: () => pick(p.rows.map(keyOf)), hidden: true },
    ],
    "list",
  );

  return (
    <div className={css["table"]} data-fixed={p.height !== undefined} data-opens={!!(p.open ?? p.peek ?? p.onCurrent)}>
      <div className={css["box"]} ref={box} style={p.height ? { height: p.height } : undefined}>
        {size.width > 0 && (
          <Table<T>
            ref={table}
            size="small"
            dataSource={p.rows}
            rowKey={keyOf}
            virtual={virtual}
            pagination={false}
            scroll={{ x: [...widths.values()].reduce((a, b) => a + b, p.onSelect ? 40 : 0), y: bodyHeight }}
            columns={shown.map((c) => ({ key: c.key, title: c.title, width: widths.get(c.key)!, ellipsis: true, align: c.align ?? "left", render: (_: unknown, r: T) => c.cell(r) }))}
            {...(p.onSelect ? { rowSelection: { columnWidth: 40, columnTitle: virtual ? undefined : <span className="read-only-aloud">{w("select_column")}</span>, hideSelectAll: !virtual /* it would stand in the hidden measuring row too; Ctrl A does it */, selectedRowKeys: p.selected ?? [], onChange: (keys: Key[]) => pick(keys.map(String)) } } : {})}
            {...(p.peek ? { expandable: { expandedRowKeys: peeked ? [peeked] : [], expandedRowRender: p.peek, showExpandColumn: false } } : {})}
            onRow={(r, i) => ({
              "data-current": i === at,
              ...(p.thread ? { "data-thread": p.thread(r) } : {}),
              onClick: () => {
                setAt(i ?? -1);
                p.onCurrent?.(r);
                p.open?.(r);
              },
            })}
            onScroll={(e) => {
              const el = e.currentTarget;
              setFirst(Math.floor(el.scrollTop / row));
              if (el.scrollHeight - el.scrollTop - el.clientHeight < ahead * row) p.more?.();
            }}
          />
        )}
      </div>
      <TableFoot
        {...p}
        from={first + 1}
        to={Math.min(p.rows.length, first + Math.ceil(bodyHeight / row))}
        shown={shown}
        chosen={chosen}
        onChoose={(next) => {
          setOwn(next);
          keepChosen(p.id, next);
        }}
      />
    </div>
  );
}
