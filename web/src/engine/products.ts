/** Products of row-major float32 matrices: by WebAssembly, or by plain loops where there is none. */
import { kernels, PANEL, type Kernels } from "./kernels";
import type { Rows } from "./pass";

/** Of a (rows × inner) times b (inner × columns). */
export interface Sizes {
  rows: number;
  inner: number;
  columns: number;
}

/** Floats of a block of rows that one call of a kernel works on; it stays in the second-level cache. */
const BLOCK = 65536;

/** into += a b. `into` (rows × columns) is made of zeros where it is not given. */
export function multiply(a: Float32Array, b: Float32Array, sizes: Sizes, into?: Float32Array): Float32Array {
  const product = into ?? new Float32Array(sizes.rows * sizes.columns);
  const fast = kernels();
  if (fast === null) multiplyPlainly(a, b, sizes, product);
  else multiplyFast(fast, a, b, sizes, product);
  return product;
}

function multiplyPlainly(a: Float32Array, b: Float32Array, { rows, inner, columns }: Sizes, product: Float32Array): void {
  for (let i = 0; i < rows; i++) {
    const row = product.subarray(i * columns, (i + 1) * columns);
    for (let j = 0; j < inner; j++) {
      const scale = a[i * inner + j]!;
      if (scale !== 0) for (let k = 0, at = j * columns; k < columns; k++) row[k]! += scale * b[at + k]!;
    }
  }
}

function multiplyFast(fast: Kernels, a: Float32Array, b: Float32Array, { rows, inner, columns }: Sizes, product: Float32Array): void {
  const panels = Math.ceil(columns / PANEL);
  const block = Math.max(1, Math.min(rows, Math.floor(BLOCK / inner)));
  const [left, right, out, list] = fast.arrays([block * inner, panels * inner * PANEL, block * panels * PANEL, 2 * inner + 2]);
  intoPanels(b, inner, columns, right.data);
  out.data.fill(0);
  for (let from = 0; from < rows; from += block) {
    const count = Math.min(block, rows - from);
    left.data.set(a.subarray(from * inner, (from + count) * inner));
    for (let i = 0; i < count; i++) out.data.set(product.subarray((from + i) * columns, (from + i + 1) * columns), i * panels * PANEL);
    fast.run.multiplyAdd(left.at, right.at, out.at, count, inner, panels, list.at);
    for (let i = 0; i < count; i++) product.set(out.data.subarray(i * panels * PANEL, i * panels * PANEL + columns), (from + i) * columns);
  }
}

/** Columns in groups of `PANEL`, one group after another; the last is filled up with zeros. */
function intoPanels(b: Float32Array, inner: number, columns: number, panels: Float32Array): void {
  panels.fill(0);
  for (let first = 0; first < columns; first += PANEL)
    for (let j = 0; j < inner; j++) panels.set(b.subarray(j * columns + first, j * columns + Math.min(columns, first + PANEL)), first * inner + j * PANEL);
}

/** What `mixed` adds up for each pair: n operands x, n operands y, heads, and the columns of the tables. */
export interface Mixture {
  n: number;
  /** The x whose pairs are wanted. */
  rows: Rows;
  heads: number;
  columns: number;
  /** Pairs × heads × 2: factors of the rows of x and y. */
  shares: Float32Array;
  /** n × heads × columns. */
  x: Float32Array;
  /** n × heads × columns. */
  y: Float32Array;
  /** columns. */
  constant: Float32Array;
}

/** Pairs × columns: max(floor, constant + Σ_h shares[x, y, h, 0] x[x, h] + shares[x, y, h, 1] y[y, h]). */
export function mixed(mixture: Mixture, floor = -Infinity): Float32Array {
  const sums = new Float32Array((mixture.rows.to - mixture.rows.from) * mixture.n * mixture.columns);
  const fast = kernels();
  if (fast === null) mixPlainly(mixture, floor, sums);
  else mixFast(fast, mixture, floor, sums);
  return sums;
}

function mixPlainly({ n, rows, heads, columns, shares, x, y, constant }: Mixture, floor: number, sums: Float32Array): void {
  for (let pair = 0; pair < (rows.to - rows.from) * n; pair++) {
    const [i, j] = [rows.from + Math.floor(pair / n), pair % n];
    const row = sums.subarray(pair * columns, (pair + 1) * columns);
    row.set(constant);
    for (let h = 0; h < heads; h++) {
      const [a, b] = [shares[(pair * heads + h) * 2]!, shares[(pair * heads + h) * 2 + 1]!];
      const [fromX, fromY] = [(i * heads + h) * columns, (j * heads + h) * columns];
      for (let k = 0; k < columns; k++) row[k]! += a * x[fromX + k]! + b * y[fromY + k]!;
    }
    for (let k = 0; k < columns; k++) if (row[k]! < floor) row[k] = floor;
  }
}

function mixFast(fast: Kernels, { n, rows: { from, to }, heads, columns, shares, x, y, constant }: Mixture, floor: number, sums: Float32Array): void {
  const width = Math.ceil(columns / PANEL) * PANEL;
  const [share, ofX, ofY, base, out] = fast.arrays([n * heads * 2, heads * width, n * heads * width, width, n * width]);
  const padded = (table: Float32Array, into: Float32Array) => {
    for (let i = 0; i * columns < table.length; i++) into.set(table.subarray(i * columns, (i + 1) * columns), i * width);
  };
  padded(y, ofY.data);
  padded(constant, base.data);
  for (let i = 0; i < to - from; i++) {
    share.data.set(shares.subarray(i * n * heads * 2, (i + 1) * n * heads * 2));
    padded(x.subarray((from + i) * heads * columns, (from + i + 1) * heads * columns), ofX.data);
    fast.run.mix(share.at, ofX.at, ofY.at, base.at, out.at, n, heads, width * 4, floor);
    if (width === columns) sums.set(out.data, i * n * columns);
    else for (let j = 0; j < n; j++) sums.set(out.data.subarray(j * width, j * width + columns), (i * n + j) * columns);
  }
}

/** The sum of vectors of one length. */
export function sum(...vectors: Float32Array[]): Float32Array {
  const total = new Float32Array(vectors[0]!.length);
  for (const vector of vectors) for (let i = 0; i < total.length; i++) total[i]! += vector[i]!;
  return total;
}

/** A row, `count` times. */
export function repeated(row: Float32Array, count: number): Float32Array {
  const all = new Float32Array(row.length * count);
  for (let i = 0; i < count; i++) all.set(row, i * row.length);
  return all;
}
