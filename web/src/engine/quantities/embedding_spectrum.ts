/** Norms of the embedding along the waves over its operands, by frequency. Python: `latebloom.circuits.modular.embedding.embedding_norms`. */
import { embeddingWave, type Wave } from "../embedding_waves";
import { modularModel } from "../modular_model";
import { registerQuantity, type Checkpoint } from "../quantity";

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
  const norms = (wave: Wave) => Float64Array.from(frequencies, (k) => Math.hypot(...embeddingWave(embedding, wave, k)));
  return { frequencies, cos: norms("cos"), sin: norms("sin") };
}

registerQuantity("embedding-spectrum", spectrum);
