/** Logits that are a sum of waves, Σ_k A_k cos w(x + s·y − z): what they answer follows from d = z − (x + s·y) alone. */
import { registerQuantity, type Checkpoint } from "../quantity";

export interface HandBuilt {
  n: number;
  /** The logit at z = x + s·y + d. */
  profile: Float64Array;
  /** Right logit minus the largest wrong one, the same for all pairs. */
  margin: number;
  /** Cross-entropy in nats, the same for all pairs. */
  loss: number;
  /** Share of the pairs whose largest logit is the right answer alone: 1 or 0. */
  accuracy: number;
  /** The margin as a share of the peak, of the first wave, the first two, … */
  growing: number[];
}

interface Waves {
  ks: number[];
  amplitudes: number[];
}

declare module "../quantity" {
  interface Quantities {
    "hand-built": { args: Waves; result: HandBuilt };
  }
}

/** Differences below this share of the peak are rounding. */
const TIE = 1e-9;

function handBuilt(at: Checkpoint, { ks, amplitudes }: Waves): HandBuilt {
  const n = at.facts.modular!.order.z.length;
  const first = (count: number) => sumOfWaves(ks.slice(0, count), amplitudes, n);
  const profile = first(ks.length);
  const peak = profile[0]!;
  const margin = marginOf(profile);
  const growing = ks.map((_, i) => marginOf(first(i + 1)) / first(i + 1)[0]!);
  const loss = Math.log(profile.reduce((sum, value) => sum + Math.exp(value - peak), 0));
  return { n, profile, margin, loss, accuracy: margin > TIE * Math.abs(peak) ? 1 : 0, growing };
}

function sumOfWaves(ks: number[], amplitudes: number[], n: number): Float64Array {
  return Float64Array.from({ length: n }, (_, d) => ks.reduce((sum, k, i) => sum + amplitudes[i]! * Math.cos((2 * Math.PI * ((k * d) % n)) / n), 0));
}

function marginOf(profile: Float64Array): number {
  return profile[0]! - profile.subarray(1).reduce((most, value) => Math.max(most, value), -Infinity);
}

registerQuantity("hand-built", handBuilt);
