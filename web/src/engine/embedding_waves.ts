/** The embedding along waves over its operands. */
import { cosine, sine } from "./fourier";
import type { Tensor } from "./pack";

export type Wave = "cos" | "sin";

/** Σ_x wave_k(x) E[x] with the wave of norm 1: a vector of the embedding's width; zeros for the sine at k = n/2. */
export function embeddingWave({ shape, data }: Tensor, wave: Wave, k: number): Float64Array {
  const [n, width] = shape as [number, number];
  const sums = new Float64Array(width);
  if (wave === "sin" && 2 * k === n) return sums;
  const values = wave === "cos" ? cosine(k, n) : sine(k, n);
  for (let x = 0; x < n; x++) for (let d = 0; d < width; d++) sums[d]! += values[x]! * data[x * width + d]!;
  return sums;
}
