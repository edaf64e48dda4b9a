/**
 * The neurons of a model on all pairs, after the ReLU. Where they come from tables they are made when they are read, the
 * pairs of one x at a time: stored they would be 26 MB at p = 113, and to get so much memory takes longer than to compute them.
 */
import type { KernelArray, Kernels } from "./kernels";
import { Mixer, MIXER_ARRAYS, mixerLengths, paddedWidth } from "./mixer";
import { mixed, type Mixture } from "./products";

export type Neurons = { n: number; width: number } & ({ mixture: Mixture } | { values: Float32Array });

/** n² × width. */
export function allNeurons(neurons: Neurons): Float32Array {
  return "values" in neurons ? neurons.values : mixed(neurons.mixture, 0);
}

/** n² × the number of some neurons. */
export function someNeurons(neurons: Neurons, which: number[]): Float32Array {
  return "values" in neurons ? gathered(neurons.values, neurons.width, which) : mixed(onlyColumns(neurons.mixture, which), 0);
}

function onlyColumns(mixture: Mixture, which: number[]): Mixture {
  const of = (table: Float32Array) => gathered(table, mixture.columns, which);
  return { ...mixture, columns: which.length, x: of(mixture.x), y: of(mixture.y), constant: of(mixture.constant) };
}

/** These columns of rows of `width` floats. */
function gathered(rows: Float32Array, width: number, which: number[]): Float32Array {
  const chosen = new Float32Array((rows.length / width) * which.length);
  for (let row = 0, to = 0; row < rows.length; row += width) for (let i = 0; i < which.length; i++) chosen[to++] = rows[row + which[i]!]!;
  return chosen;
}

/** Neurons in the kernels' memory. */
export interface NeuronBlocks {
  /** Floats from one row to the next; those behind a row's neurons are zeros. */
  width: number;
  /** n × width: all y beside the x that was made last. */
  block: KernelArray;
  make(x: number): void;
  /** Arrays of the lengths that were asked for beside. */
  others: KernelArray[];
}

/** `others`: lengths of arrays beside the block, in floats; one for each unit of the padded width. */
export function neuronBlocks(fast: Kernels, neurons: Neurons, others: (width: number) => number[]): NeuronBlocks {
  const { n } = neurons;
  const width = paddedWidth(neurons.width);
  if ("mixture" in neurons) {
    const arrays = fast.arrays([...mixerLengths(neurons.mixture), ...others(width)]);
    const mixer = new Mixer(fast, neurons.mixture, 0, arrays.slice(0, MIXER_ARRAYS));
    return { width, block: mixer.out, make: (x) => mixer.make(x), others: arrays.slice(MIXER_ARRAYS) };
  }
  const [block, ...rest] = fast.arrays([n * width, ...others(width)]) as [KernelArray, ...KernelArray[]];
  block.data.fill(0);
  const make = (x: number) => {
    for (let y = 0; y < n; y++) block.data.set(neurons.values.subarray((x * n + y) * neurons.width, (x * n + y + 1) * neurons.width), y * width);
  };
  return { width, block, make, others: rest };
}

