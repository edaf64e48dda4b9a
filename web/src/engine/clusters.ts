/** Neuron clusters. Python: `latebloom.circuits.modular.neurons.neuron_clusters`. */
import { basisRows, fourierBasis } from "./basis";
import { grid } from "./grid";
import { multiply } from "./products";
import type { Checkpoint } from "./quantity";

/** A neuron whose centred energy is below this is dead; as `LIVE_ENERGY` in Python. */
export const LIVE_ENERGY = 1e-8;
/** A neuron is in a cluster if its frequency explains more of its variance; as `mainline.cluster_threshold` in Python. */
const FVE_THRESHOLD = 0.85;

export interface Clusters {
  /** By neuron: the best frequency, and the share of the variance that it explains (0 where dead). */
  frequency: Uint16Array;
  fve: Float64Array;
  live: Uint8Array;
  clustered: Uint8Array;
}

export function clusters(at: Checkpoint): Clusters {
  return at.once("clusters", () => found(at));
}

function found(at: Checkpoint): Clusters {
  const { n, width, neurons } = grid(at);
  const basis = fourierBasis(n);
  const alongX = multiply(Float32Array.from(basis), neurons, { rows: n, inner: n, columns: n * width });
  const energy = centredEnergy(neurons, n, width);
  const frequency = new Uint16Array(width).fill(1);
  const best = new Float64Array(width).fill(-1);
  for (let k = 1; 2 * k <= n; k++) {
    const block = new Float64Array(width);
    const rows = [0, ...basisRows(k, n)];
    const waves = Float32Array.from(rows.flatMap((row) => [...basis.subarray(row * n, (row + 1) * n)]));
    for (const row of rows) {
      const terms = multiply(waves, alongX.subarray(row * n * width, (row + 1) * n * width), { rows: rows.length, inner: n, columns: width });
      terms.forEach((value, i) => void (row || i >= width ? (block[i % width]! += value * value) : 0));
    }
    block.forEach((value, neuron) => {
      if (value <= best[neuron]!) return;
      best[neuron] = value;
      frequency[neuron] = k;
    });
  }
  const live = Uint8Array.from(energy, (value) => (value > LIVE_ENERGY ? 1 : 0));
  const fve = best.map((value, neuron) => (live[neuron] ? value / energy[neuron]! : 0));
  return { frequency, fve, live, clustered: Uint8Array.from(fve, (share) => (share > FVE_THRESHOLD ? 1 : 0)) };
}

function centredEnergy(neurons: Float32Array, n: number, width: number): Float64Array {
  const sums = new Float64Array(width);
  const squares = new Float64Array(width);
  for (let i = 0; i < neurons.length; i++) {
    sums[i % width]! += neurons[i]!;
    squares[i % width]! += neurons[i]! ** 2;
  }
  return squares.map((square, neuron) => square - sums[neuron]! ** 2 / (n * n));
}
