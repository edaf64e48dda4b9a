/** The strength of each product (wave in x) × (wave in y) in the logits. Python: `latebloom.figures.fourier_map`. */
import { fourierBasis } from "../basis";
import { grid } from "../grid";
import { multiply } from "../products";
import { wholePass } from "../parts";
import { registerQuantity, type Checkpoint } from "../quantity";

declare module "../quantity" {
  interface Quantities {
    /** n × n, wave in x · n + wave in y: norm over all answers of the term's coefficients. */
    "logits-fourier": { args: Record<string, never>; result: { n: number; norms: Float64Array } };
  }
}

function logitsFourier(at: Checkpoint): { n: number; norms: Float64Array } {
  const { n, logits } = grid(at);
  const basis = Float32Array.from(fourierBasis(n));
  const alongX = multiply(basis, logits, { rows: n, inner: n, columns: n * n });
  const norms = new Float64Array(n * n);
  for (let f = 0; f < n; f++) {
    const both = multiply(basis, alongX.subarray(f * n * n, (f + 1) * n * n), { rows: n, inner: n, columns: n });
    for (let g = 0; g < n; g++) {
      let energy = 0;
      for (let z = 0; z < n; z++) energy += both[g * n + z]! ** 2;
      norms[f * n + g] = Math.sqrt(energy);
    }
  }
  return { n, norms };
}

registerQuantity("logits-fourier", logitsFourier, wholePass);
