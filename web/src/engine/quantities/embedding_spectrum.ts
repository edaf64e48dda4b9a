/** Norms of the embedding along the waves over its operands, by frequency. Python: `latebloom.circuits.modular.embedding.embedding_norms`. */
import { modularModel } from "../modular_model";
import { registerQuantity, type Checkpoint } from "../quantity";
import { transformRows } from "../transform";

interface Spectrum {
  frequencies: number[];
  cos: Float64Array;
  sin: Float64Array;
}

declare module "../quantity" {
  interface Quantities {
    "embedding-spectrum": { args: Record<string, never>; result: Spectrum };
  }
}

function spectrum(at: Checkpoint): Spectrum {
  const { embedding, n } = modularModel(at);
  const frequencies = Array.from({ length: n >> 1 }, (_, index) => index + 1);
  const width = embedding.shape[1]!;
  const waves = transformRows(embedding.data, n, width);
  // There is no sine of the frequency n/2.
  const norm = (row: number) => (row < n ? Math.hypot(...waves.subarray(row * width, (row + 1) * width)) : 0);
  return { frequencies, cos: Float64Array.from(frequencies, (k) => norm(2 * k - 1)), sin: Float64Array.from(frequencies, (k) => norm(2 * k)) };
}

registerQuantity("embedding-spectrum", spectrum);
