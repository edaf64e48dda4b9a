/**
 * What each cluster of neurons writes to the answers: its rows of W_logit, with the answers written as waves.
 * Python: `latebloom.circuits.modular.unembedding.cluster_output`, `latebloom.figures.w_logit`.
 */
import { basisRows, fourierBasis } from "../basis";
import { clusters, members } from "../clusters";
import { grid } from "../grid";
import { multiply } from "../products";
import { registerQuantity, type Checkpoint } from "../quantity";

export interface ClusterWeights {
  k: number;
  neurons: number[];
  /** neurons × (n − 1): on cos 1, sin 1, cos 2, …; the constant changes no probability and is left out. */
  matrix: Float32Array;
  /** By wave: norm over the neurons. */
  norms: Float64Array;
  /** Of the energy, the part on cos k and sin k; null where the rows are zero. */
  share: number | null;
}

declare module "../quantity" {
  interface Quantities {
    /** The clusters by frequency, ascending. */
    "w-logit": { args: Record<string, never>; result: { n: number; clusters: ClusterWeights[] } };
  }
}

function wLogitByCluster(at: Checkpoint): { n: number; clusters: ClusterWeights[] } {
  const found = clusters(at);
  return { n: grid(at).n, clusters: found.sizes.map(({ frequency }) => weightsOf(at, frequency, members(found, [frequency]))) };
}

function weightsOf(at: Checkpoint, k: number, neurons: number[]): ClusterWeights {
  const { n, wLogit } = grid(at);
  const rows = Float32Array.from(neurons.flatMap((neuron) => [...wLogit.subarray(neuron * n, (neuron + 1) * n)]));
  const matrix = multiply(rows, wavesDown(n), { rows: neurons.length, inner: n, columns: n - 1 });
  const energy = new Float64Array(n - 1);
  matrix.forEach((value, i) => (energy[i % (n - 1)]! += value * value));
  const total = energy.reduce((sum, value) => sum + value, 0);
  const own = basisRows(k, n).reduce((sum, row) => sum + energy[row - 1]!, 0);
  return { k, neurons, matrix, norms: energy.map(Math.sqrt), share: total > 0 ? own / total : null };
}

/** n × (n − 1): the waves without the constant, one a column. */
function wavesDown(n: number): Float32Array {
  const basis = fourierBasis(n);
  return Float32Array.from({ length: n * (n - 1) }, (_, i) => basis[((i % (n - 1)) + 1) * n + Math.floor(i / (n - 1))]!);
}

registerQuantity("w-logit", wLogitByCluster);
