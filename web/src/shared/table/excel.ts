// Writes what a table shows as a real .xlsx file; loaded with the first export.

import writeXlsx from "write-excel-file/universal";
import { saveBlob } from "../api/saveBlob";
import type { Column } from "./columns";

type Cell = string | number | boolean | Date | null;

/** neutral keeps spreadsheets from running a text as a formula, as the server's own exports do. */
export function neutral(text: string): string {
  return /^[=+\-@\t\r]/.test(text) ? `'${text}` : text;
}

const longest = 32_767; // characters in a cell of Excel

/** sheetOf gives the cells: a bold head, then one line a row; columns without `plain` are left out. */
export function sheetOf<T>(columns: Column<T>[], rows: T[]): ({ value: string; fontWeight: "bold" } | { value: Exclude<Cell, null>; type: unknown; format?: string } | null)[][] {
  const out = columns.filter((c) => c.plain);
  const cell = (value: Cell | undefined) => {
    if (value === null || value === undefined || value === "") return null;
    if (value instanceof Date) return { value, type: Date, format: "yyyy-mm-dd hh:mm:ss" };
    if (typeof value === "string") return { value: neutral(value).slice(0, longest), type: String };
    return { value, type: value.constructor };
  };
  return [out.map((c) => ({ value: neutral(c.title), fontWeight: "bold" as const })), ...rows.map((r) => out.map((c) => cell(c.plain!(r))))];
}

/** writeExcel downloads the rows as name.xlsx. */
export async function writeExcel<T>(name: string, columns: Column<T>[], rows: T[]): Promise<void> {
  const widths = columns.filter((c) => c.plain).map((c) => ({ width: Math.max(10, Math.round((c.width ?? 160) / 8)) }));
  const blob = await writeXlsx(sheetOf(columns, rows) as never, { columns: widths, stickyRowsCount: 1 }).toBlob();
  saveBlob(`${name}.xlsx`, blob);
}
