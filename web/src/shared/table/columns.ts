import type { ReactNode } from "react";

/** Column is one column of a DataTable. */
export interface Column<T> {
  key: string;
  title: string;
  /** cell draws the cell. */
  cell: (row: T) => ReactNode;
  /** plain is the cell for Excel: text, number, truth, or a moment as Date. Without it the column is not exported. */
  plain?: (row: T) => string | number | boolean | Date | null | undefined;
  /** width in px; columns without one share what is left. */
  width?: number;
  /** right is for numbers. */
  align?: "right";
  /** hidden columns are off until the person turns them on. */
  hidden?: boolean;
}

/** Chosen is what a person did to the columns of one table. */
export interface Chosen {
  order: string[];
  off: string[];
  widths: Record<string, number>;
}

const storage = (table: string) => `zhuomo.columns.${table}`;

export function readChosen(table: string): Chosen | undefined {
  try {
    const text = localStorage.getItem(storage(table));
    return text ? (JSON.parse(text) as Chosen) : undefined;
  } catch {
    return undefined;
  }
}

export function keepChosen(table: string, chosen: Chosen | undefined): void {
  try {
    if (chosen) localStorage.setItem(storage(table), JSON.stringify(chosen));
    else localStorage.removeItem(storage(table));
  } catch {
    // Chosen for this visit only.
  }
}

/** standardChoice is how a table looks before anybody chose. */
export function standardChoice<T>(columns: Column<T>[]): Chosen {
  return { order: columns.map((c) => c.key), off: columns.filter((c) => c.hidden).map((c) => c.key), widths: {} };
}

/** choose gives the columns to show, in order; columns that are new since the choice come last. */
export function choose<T>(columns: Column<T>[], chosen: Chosen): Column<T>[] {
  const at = (c: Column<T>) => (chosen.order.includes(c.key) ? chosen.order.indexOf(c.key) : chosen.order.length);
  return [...columns].sort((a, b) => at(a) - at(b)).filter((c) => !chosen.off.includes(c.key)).map((c) => (chosen.widths[c.key] ? { ...c, width: chosen.widths[c.key]! } : c));
}

const least = 110;

/** layOut gives every column its width so that the table fills `room` px, or more when they do not fit. */
export function layOut<T>(columns: Column<T>[], room: number): Map<string, number> {
  const fixed = columns.reduce((sum, c) => sum + (c.width ?? 0), 0);
  const free = columns.filter((c) => !c.width);
  const share = free.length ? Math.max(least, Math.floor((room - fixed) / free.length)) : 0;
  return new Map(columns.map((c) => [c.key, c.width ?? share]));
}
