/**
 * Functions of two operands, added up along the four directions in which a frequency's 3×3 block varies.
 *
 * The block {1, cos kx, sin kx}{1, cos ky, sin ky} without 1·1 is spanned by the waves of frequency k in x, in y, in
 * x + y and in x − y, so its energy needs four sums over n values each, not a 2D transform.
 */
import { cosine, sine } from "./fourier";
import { kernels, type KernelArray, type Kernels } from "./kernels";
import { unpadded } from "./mixer";
import { allNeurons, neuronBlocks, type Neurons } from "./neurons";
import { multiply } from "./products";

export interface Marginals {
  /** n × width each: sums over the other operand. */
  x: Float32Array;
  y: Float32Array;
  /** n × width each: sums over the pairs with that x + y, and x − y, mod n. */
  sum: Float32Array;
  difference: Float32Array;
  /** width: energy around the mean over all pairs. */
  centred: Float32Array;
}

export function marginals(neurons: Neurons): Marginals {
  const { n, width } = neurons;
  const of = () => new Float32Array(n * width);
  const made: Marginals = { x: of(), y: of(), sum: of(), difference: of(), centred: new Float32Array(width) };
  const fast = kernels();
  if (fast === null) addPlainly(allNeurons(neurons), n, width, made);
  else addFast(fast, neurons, made);
  return made;
}

function addPlainly(values: Float32Array, n: number, width: number, made: Marginals): void {
  for (let pair = 0; pair < n * n; pair++) {
    const [x, y] = [Math.floor(pair / n), pair % n];
    const [sum, difference] = [(x + y) % n, (x - y + n) % n];
    for (let j = 0; j < width; j++) {
      const value = values[pair * width + j]!;
      made.x[x * width + j]! += value;
      made.y[y * width + j]! += value;
      made.sum[sum * width + j]! += value;
      made.difference[difference * width + j]! += value;
    }
  }
  const mean = meanOver(made.x, n, width);
  for (let i = 0; i < values.length; i++) made.centred[i % width]! += (values[i]! - mean[i % width]!) ** 2;
}

function addFast(fast: Kernels, neurons: Neurons, made: Marginals): void {
  const { n, width: columns } = neurons;
  const { width, block, make, others } = neuronBlocks(fast, neurons, (width) => [width, n * width, n * width, n * width, width, width]);
  const [byX, byY, bySum, byDifference, mean, squares] = others as [KernelArray, KernelArray, KernelArray, KernelArray, KernelArray, KernelArray];
  for (const { data } of [byY, bySum, byDifference, squares]) data.fill(0);
  for (let x = 0; x < n; x++) {
    make(x);
    byX.data.fill(0);
    fast.run.addMarginals(block.at, x, n, width * 4, byX.at, byY.at, bySum.at, byDifference.at);
    made.x.set(byX.data.subarray(0, columns), x * columns);
  }
  unpadded(byY.data, width, columns, made.y, 0);
  unpadded(bySum.data, width, columns, made.sum, 0);
  unpadded(byDifference.data, width, columns, made.difference, 0);
  mean.data.fill(0);
  mean.data.set(meanOver(made.x, n, columns));
  for (let x = 0; x < n; x++) {
    make(x);
    fast.run.addSquares(block.at, n, width * 4, mean.at, squares.at);
  }
  made.centred.set(squares.data.subarray(0, columns));
}

function meanOver(byX: Float32Array, n: number, width: number): Float64Array {
  const mean = new Float64Array(width);
  byX.forEach((value, i) => (mean[i % width]! += value / (n * n)));
  return mean;
}

/** Energy in the 3×3 block of each frequency without its constant: n // 2 rows of `width`, row k − 1 for k. */
export function blockEnergies(from: Marginals, n: number): Float64Array {
  const width = from.centred.length;
  const count = n >> 1;
  const waves = new Float32Array(2 * count * n);
  for (let k = 1; k <= count; k++) {
    waves.set(cosine(k, n), (2 * k - 2) * n);
    if (2 * k !== n) waves.set(sine(k, n), (2 * k - 1) * n);
  }
  const energies = new Float64Array(count * width);
  // A unit wave over the n values is √n too long over the pairs. In the Nyquist block of an even n the waves of x + y
  // and of x − y are the same one.
  const add = (rows: Float32Array, share: (k: number) => number) =>
    multiply(waves, rows, { rows: 2 * count, inner: n, columns: width }).forEach((value, i) => {
      const k = Math.floor(i / (2 * width)) + 1;
      energies[(k - 1) * width + (i % width)]! += (share(k) * value * value) / n;
    });
  add(from.x, () => 1);
  add(from.y, () => 1);
  add(from.sum, (k) => (2 * k === n ? 0.5 : 1));
  add(from.difference, (k) => (2 * k === n ? 0.5 : 1));
  return energies;
}
