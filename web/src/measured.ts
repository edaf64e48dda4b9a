/** Columns of a page's tables whose names have a part that varies, such as `trigram_qk.14`. */
import type { Table } from "./page";

export interface Column {
  /** What stands after the prefix: a head, a token … */
  of: string;
  values: (number | null)[];
}

/** All columns that begin with `prefix.` and have a value, in the order of the table. */
export function columnsOf(table: Table, prefix: string): Column[] {
  return Object.entries(table.columns)
    .filter(([name, values]) => name.startsWith(`${prefix}.`) && values.some((value) => value !== null))
    .map(([name, values]) => ({ of: name.slice(prefix.length + 1), values }));
}

/** Index of the row nearest to a step. */
export function nearestRow(table: Table, step: number): number {
  let best = 0;
  table.step.forEach((value, index) => {
    if (Math.abs(value - step) < Math.abs(table.step[best]! - step)) best = index;
  });
  return best;
}
