/** Products of row-major float32 matrices: by WebAssembly, or by plain loops where there is none. */
import { kernels, PANEL, type KernelArray, type Kernels } from "./kernels";
import { Mixer, MIXER_ARRAYS, mixerLengths, paddedWidth, unpadded } from "./mixer";
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
  intoPanels(b, inner, inner, columns, right.data);
  out.data.fill(0);
  for (let from = 0; from < rows; from += block) {
    const count = Math.min(block, rows - from);
    left.data.set(a.subarray(from * inner, (from + count) * inner));
    for (let i = 0; i < count; i++) out.data.set(product.subarray((from + i) * columns, (from + i + 1) * columns), i * panels * PANEL);
    fast.run.multiplyAdd(left.at, right.at, out.at, count, inner, panels, list.at);
    for (let i = 0; i < count; i++) product.set(out.data.subarray(i * panels * PANEL, i * panels * PANEL + columns), (from + i) * columns);
  }
}

/** Columns in groups of `PANEL`, one group after another, of `depth` rows each; what is left over is filled up with zeros. */
function intoPanels(b: Float32Array, inner: number, depth: number, columns: number, panels: Float32Array): void {
  panels.fill(0);
  for (let first = 0; first < columns; first += PANEL)
    for (let j = 0; j < inner; j++) panels.set(b.subarray(j * columns + first, j * columns + Math.min(columns, first + PANEL)), first * depth + j * PANEL);
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

/** The same mixture for some of its x. */
export function ofRows(mixture: Mixture, rows: Rows): Mixture {
  const size = mixture.n * mixture.heads * 2;
  const from = mixture.rows.from;
  return { ...mixture, rows, shares: mixture.shares.subarray((rows.from - from) * size, (rows.to - from) * size) };
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

function mixFast(fast: Kernels, mixture: Mixture, floor: number, sums: Float32Array): void {
  const { n, rows, columns } = mixture;
  const mixer = new Mixer(fast, mixture, floor, fast.arrays(mixerLengths(mixture)));
  for (let x = rows.from; x < rows.to; x++) {
    mixer.make(x);
    unpadded(mixer.out.data, paddedWidth(columns), columns, sums, (x - rows.from) * n * columns);
  }
}

/** Pairs × the columns of `around`: max(0, mixture) b + around, without storing the mixture, which is larger than all else. */
export function mixedTimes(mixture: Mixture, b: Float32Array, around: Mixture): Float32Array {
  const { n, rows, columns: inner } = mixture;
  const { columns } = around;
  const fast = kernels();
  if (fast === null) return multiply(mixed(mixture, 0), b, { rows: (rows.to - rows.from) * n, inner, columns }, mixed(around));
  const product = new Float32Array((rows.to - rows.from) * n * columns);
  const [width, depth] = [paddedWidth(columns), paddedWidth(inner)];
  const arrays = fast.arrays([...mixerLengths(mixture), ...mixerLengths(around), depth * width, 2 * depth + 2]);
  const left = new Mixer(fast, mixture, 0, arrays.slice(0, MIXER_ARRAYS));
  const sums = new Mixer(fast, around, -Infinity, arrays.slice(MIXER_ARRAYS, 2 * MIXER_ARRAYS));
  const [right, list] = arrays.slice(2 * MIXER_ARRAYS) as [KernelArray, KernelArray];
  intoPanels(b, inner, depth, columns, right.data);
  for (let x = rows.from; x < rows.to; x++) {
    left.make(x);
    sums.make(x);
    fast.run.multiplyAdd(left.out.at, right.at, sums.out.at, n, depth, width / PANEL, list.at);
    unpadded(sums.out.data, width, columns, product, (x - rows.from) * n * columns);
  }
  return product;
}

/** The sum of vectors of one length. */
export function sum(...vectors: Float32Array[]): Float32Array {
  const total = new Float32Array(vectors[0]!.length);
  for (const vector of vectors) for (let i = 0; i < total.length; i++) total[i]! += vector[i]!;
  return total;
}
