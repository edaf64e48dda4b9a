/** Mixtures in the kernels' memory, the pairs of one x at a time, so that other kernels read them there. */
import { PANEL, type Kernels, type KernelArray } from "./kernels";
import type { Mixture } from "./products";

/** Floats from one row to the next. */
export function paddedWidth(columns: number): number {
  return Math.ceil(columns / PANEL) * PANEL;
}

/** Lengths of the arrays that a mixer needs. */
export function mixerLengths({ n, heads, columns }: Mixture): number[] {
  const width = paddedWidth(columns);
  return [n * heads * 2, heads * width, n * heads * width, width, n * width];
}

export const MIXER_ARRAYS = 5;

export class Mixer {
  /** n × padded width: the rows that were made last. */
  readonly out: KernelArray;

  constructor(
    private readonly fast: Kernels,
    private readonly mixture: Mixture,
    private readonly floor: number,
    private readonly arrays: KernelArray[],
  ) {
    this.out = arrays[4]!;
    this.padded(mixture.y, arrays[2]!.data);
    this.padded(mixture.constant, arrays[3]!.data);
  }

  /** Make the rows of all y beside x, which is one of the mixture's. */
  make(x: number): void {
    const { n, heads, columns, rows, shares, x: table } = this.mixture;
    const [share, ofX, ofY, constant, out] = this.arrays as [KernelArray, KernelArray, KernelArray, KernelArray, KernelArray];
    const size = n * heads * 2;
    share.data.set(shares.subarray((x - rows.from) * size, (x - rows.from + 1) * size));
    this.padded(table.subarray(x * heads * columns, (x + 1) * heads * columns), ofX.data);
    this.fast.run.mix(share.at, ofX.at, ofY.at, constant.at, out.at, n, heads, paddedWidth(columns) * 4, this.floor);
  }

  /** Rows of `columns` floats with zeros behind them. */
  private padded(table: Float32Array, into: Float32Array): void {
    const { columns } = this.mixture;
    const width = paddedWidth(columns);
    into.fill(0);
    for (let i = 0; i * columns < table.length; i++) into.set(table.subarray(i * columns, (i + 1) * columns), i * width);
  }
}

/** Copy rows of `columns` floats, which are `width` apart, to where they lie side by side. */
export function unpadded(from: Float32Array, width: number, columns: number, to: Float32Array, at: number): void {
  if (width === columns) return to.set(from, at);
  for (let i = 0; i * width < from.length; i++) to.set(from.subarray(i * width, i * width + columns), at + i * columns);
}
