/** The strength of each product (wave in x) × (wave in y) in the logits. Python: `latebloom.figures.fourier_map`. */
import { grid } from "../grid";
import { wholePass } from "../parts";
import { registerQuantity, type Checkpoint } from "../quantity";
import { transformRows } from "../transform";

declare module "../quantity" {
  interface Quantities {
    /** n × n, wave in x · n + wave in y: norm over all answers of the term's coefficients. */
    "logits-fourier": { args: Record<string, never>; result: { n: number; norms: Float64Array } };
  }
}

function logitsFourier(at: Checkpoint): { n: number; norms: Float64Array } {
  const { n, logits } = grid(at);
  const block = n * n;
  // (wave in y, x, z): one block of n × n numbers at a time, which stay in the second-level cache.
  const alongY = new Float32Array(n * block);
  for (let x = 0; x < n; x++) {
    const waves = transformRows(logits.subarray(x * block, (x + 1) * block), n, n);
    for (let g = 0; g < n; g++) alongY.set(waves.subarray(g * n, (g + 1) * n), g * block + x * n);
  }
  const norms = new Float64Array(block);
  for (let g = 0; g < n; g++) {
    const both = transformRows(alongY.subarray(g * block, (g + 1) * block), n, n);
    for (let f = 0; f < n; f++) norms[f * n + g] = norm(both, f * n, n);
  }
  return { n, norms };
}

function norm(values: Float32Array, from: number, count: number): number {
  let energy = 0;
  for (let i = from; i < from + count; i++) energy += values[i]! ** 2;
  return Math.sqrt(energy);
}

registerQuantity("logits-fourier", logitsFourier, wholePass);
