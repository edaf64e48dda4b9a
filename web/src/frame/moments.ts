/** What the run's records hold at a step: the phase, the boundaries, and the nearest logged losses. */
import { page, type Boundary, type Table } from "../page";

/** A boundary that was found, with its step. */
export type Found = Boundary & { step: number };

/** The boundaries that were found, by step. */
export function boundaries(): Found[] {
  const found = (page().phases?.boundaries ?? []).filter((boundary): boundary is Found => boundary.step !== null);
  return found.sort((a, b) => a.step - b.step);
}

/** Whether losses were recorded at a step; the values at a boundary between two records are interpolated. */
export function isRecorded(step: number): boolean {
  return page().metrics.step.includes(step);
}

/** Whether memorisation, circuit formation and clean-up are separate. */
export function phasesAreSeparate(): boolean {
  return (page().phases?.phases.length ?? 0) > 1;
}

/** Name of the phase that a step lies in; null before the first and where phases were not found. */
export function phaseAt(step: number): string | null {
  const within = (page().phases?.phases ?? []).find(
    ({ start, end }) => start !== null && start <= step && (end === null || step < end),
  );
  return within?.name ?? null;
}

/** Index of the row whose step is nearest; -1 in an empty table. */
export function nearestRow(table: Table, step: number): number {
  let best = -1;
  table.step.forEach((at, row) => {
    if (best < 0 || Math.abs(at - step) < Math.abs(table.step[best]! - step)) best = row;
  });
  return best;
}

/** A column's value at the row that is nearest to a step; null where it is missing or not defined. */
export function valueAt(table: Table, column: string, step: number): number | null {
  return table.columns[column]?.[nearestRow(table, step)] ?? null;
}
