/** Norms of W_E along the waves over its tokens, by frequency. Python: `latebloom.figures.embedding_spectrum`. */
import { cosine, sine } from "../fourier";
import { registerQuantity, type Checkpoint } from "../quantity";

declare module "../quantity" {
  interface Quantities {
    "embedding-spectrum": { args: Record<string, never>; result: { frequencies: number[]; cos: Float64Array; sin: Float64Array } };
  }
}

function spectrum(at: Checkpoint): { frequencies: number[]; cos: Float64Array; sin: Float64Array } {
  const p = at.facts.task.p!;
  const table = at.weights["embed.W_E"] ?? at.weights["mlp.W_in"]!;
  const width = table.shape[1]!;
  const frequencies = Array.from({ length: p >> 1 }, (_, index) => index + 1);
  const norm = (wave: Float64Array) => {
    const sums = new Float64Array(width);
    for (let x = 0; x < p; x++) for (let d = 0; d < width; d++) sums[d]! += wave[x]! * table.data[x * width + d]!;
    return Math.hypot(...sums);
  };
  return {
    frequencies,
    cos: Float64Array.from(frequencies, (k) => norm(cosine(k, p))),
    sin: Float64Array.from(frequencies, (k) => (2 * k === p ? 0 : norm(sine(k, p)))),
  };
}

registerQuantity("embedding-spectrum", spectrum);
