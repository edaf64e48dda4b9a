/** Neuron clusters: the frequency of each neuron. Python: `latebloom.circuits.modular.neurons`. */
import { blockEnergies, marginals } from "./marginals";
import { pass } from "./pass";
import type { Checkpoint } from "./quantity";

/** A neuron whose centred energy (sum of squares over all pairs) is below this is dead: Python's `LIVE_ENERGY`. */
const LIVE_ENERGY = 1e-8;

/** A frequency that explains more than this share of a neuron's variance owns it: Python's `FVE_THRESHOLD`. */
export const FVE_THRESHOLD = 0.85;

export interface Clusters {
  /** Share of the neuron's centred energy in the 3×3 block of its best frequency; 0 where dead. */
  fve: Float64Array;
  /** That frequency. */
  frequency: Int32Array;
  /** 1: not dead. */
  live: Uint8Array;
  /** 1: live, and its frequency explains more than `FVE_THRESHOLD`. */
  clustered: Uint8Array;
  /** Number of neurons of every cluster that has any, by frequency. */
  sizes: { frequency: number; count: number }[];
}

/** The clusters of a checkpoint, computed once. Empty for a model without neurons. */
export function clusters(at: Checkpoint): Clusters {
  return at.once("clusters", () => {
    const { neurons } = pass(at);
    const sums = marginals(neurons);
    return assigned(blockEnergies(sums, neurons.n), sums.centred, neurons.n >> 1);
  });
}

/** Neuron numbers of the clusters of these frequencies. */
export function members({ clustered, frequency }: Clusters, frequencies: number[]): number[] {
  return [...clustered.keys()].filter((i) => clustered[i] && frequencies.includes(frequency[i]!));
}

function assigned(energies: Float64Array, centred: Float32Array, count: number): Clusters {
  const width = centred.length;
  const live = Uint8Array.from(centred, (energy) => Number(energy > LIVE_ENERGY));
  const fve = new Float64Array(width);
  const frequency = new Int32Array(width).fill(1);
  for (let k = 1; k <= count; k++)
    for (let j = 0; j < width; j++) {
      const share = live[j] ? energies[(k - 1) * width + j]! / centred[j]! : 0;
      if (share <= fve[j]!) continue;
      fve[j] = share;
      frequency[j] = k;
    }
  const clustered = fve.map((share) => Number(share > FVE_THRESHOLD));
  const sizes = Array.from({ length: count }, (_, i) => ({ frequency: i + 1, count: clustered.filter((is, j) => is && frequency[j] === i + 1).length }));
  return { fve, frequency, live, clustered: Uint8Array.from(clustered), sizes: sizes.filter((cluster) => cluster.count > 0) };
}
