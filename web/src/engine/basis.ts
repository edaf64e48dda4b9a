/** The orthonormal real Fourier basis of functions on n points: const, cos 1, sin 1, cos 2, … Python: `latebloom.fourier`. */
import { cosine, sine } from "./fourier";

const bases = new Map<number, Float64Array>();

/** n × n, one wave a row. The same array for every call with this n. */
export function fourierBasis(n: number): Float64Array {
  if (!bases.has(n)) bases.set(n, madeBasis(n));
  return bases.get(n)!;
}

function madeBasis(n: number): Float64Array {
  const rows = new Float64Array(n * n);
  rows.set(cosine(0, n));
  for (let k = 1; 2 * k <= n; k++) {
    rows.set(cosine(k, n), (2 * k - 1) * n);
    if (2 * k < n) rows.set(sine(k, n), 2 * k * n);
  }
  return rows;
}

/** Rows of frequency k: cos and sin, or cos alone where k = n/2. */
export function basisRows(k: number, n: number): number[] {
  return 2 * k === n ? [2 * k - 1] : [2 * k - 1, 2 * k];
}

/** The frequency of a row; 0 for the constant. */
export function frequencyOfRow(row: number): number {
  return (row + 1) >> 1;
}

/** const, cos 1, sin 1, … */
export function rowLabel(row: number): string {
  return row === 0 ? "const" : `${row % 2 === 1 ? "cos" : "sin"} ${frequencyOfRow(row)}`;
}

/** Coefficients of n values on each wave. */
export function transform1d(values: ArrayLike<number>, n: number): Float64Array {
  const basis = fourierBasis(n);
  return Float64Array.from({ length: n }, (_, f) => dot(basis, f * n, 1, values, 0, 1, n));
}

function dot(a: ArrayLike<number>, atA: number, stepA: number, b: ArrayLike<number>, atB: number, stepB: number, count: number): number {
  let sum = 0;
  for (let i = 0; i < count; i++) sum += a[atA + i * stepA]! * b[atB + i * stepB]!;
  return sum;
}
