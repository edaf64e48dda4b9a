/** Series that were recorded at different steps, on one axis. */
import { useMemo } from "preact/hooks";
import { page } from "../page";
import { isDark } from "./palette";
import type { Line } from "./lines";

export interface Series {
  x: number[];
  values: (number | null)[];
}

/** A line with steps of its own. */
export interface Curve extends Omit<Line, "values">, Series {}

/** A column of the run's measures, or of its metrics, which have more steps; null where neither has it. */
export function recorded(name: string): Series | null {
  const { metrics, measures } = page();
  for (const table of [metrics, measures]) {
    const values = table.columns[name];
    if (values?.some((value) => value !== null)) return { x: table.step, values };
  }
  return null;
}

/** Curves, made anew when the theme, the run's records (in training they go on), or one of `also` changes. */
export function useCurves(make: () => Curve[], also: unknown[] = []): Curve[] {
  const { metrics, measures } = page();
  return useMemo(make, [isDark(), metrics, measures, ...also]);
}

/** Names of the measures `PREFIX.REST`, as pairs of REST and column, in the order of the table. */
export function recordedUnder(prefix: string): [string, Series][] {
  const names = Object.keys(page().measures.columns).filter((name) => name.startsWith(`${prefix}.`));
  return names.flatMap((name) => {
    const series = recorded(name);
    return series === null ? [] : [[name.slice(prefix.length + 1), series] as [string, Series]];
  });
}

/** All steps of the curves, ascending, and each curve's value at them: null where it is not defined, undefined where it was not recorded. */
export function joined(curves: Curve[]): { x: number[]; lines: Line[] } {
  const x = [...new Set(curves.flatMap((curve) => curve.x))].sort((a, b) => a - b);
  const place = new Map(x.map((value, index) => [value, index]));
  const lines = curves.map(({ x: own, values, ...line }) => {
    const spread = new Array<number | null | undefined>(x.length).fill(undefined);
    own.forEach((value, index) => (spread[place.get(value)!] = values[index] ?? null));
    return { ...line, values: spread };
  });
  return { x, lines };
}

/** The value recorded nearest to x, and where; null for a series without values. */
export function nearestSample(x: ArrayLike<number>, values: ArrayLike<number | null | undefined>, at: number): { x: number; value: number | null } | null {
  let best = -1;
  for (let i = 0; i < x.length; i++) if (values[i] !== undefined && (best < 0 || Math.abs(x[i]! - at) < Math.abs(x[best]! - at))) best = i;
  return best < 0 ? null : { x: x[best]!, value: values[best]! };
}

/** The last value that was recorded. */
export function lastSample(values: ArrayLike<number | null | undefined>): number | null {
  for (let i = values.length - 1; i >= 0; i--) if (values[i] !== undefined) return values[i]!;
  return null;
}
