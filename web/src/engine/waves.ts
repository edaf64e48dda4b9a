/**
 * Logits along the waves cos w(x + s·y), sin w(x + s·y) at w = 2πk/n. Python: `latebloom.circuits.modular.projections`
 * and `cos_waves`.
 *
 * A wave has one value for all pairs with the same x + s·y mod n, so the projections are those of an n × n table: the mean
 * of the logits over these pairs.
 */
import { answers, turnOf } from "./answers";
import { cosine, sine } from "./fourier";
import type { ByTurn } from "./pair_losses";
import { pass } from "./pass";
import type { Checkpoint } from "./quantity";

/** n × n (x + s·y mod n, z): mean logits of the pairs with that x + s·y. */
export interface Turns {
  n: number;
  sign: number;
  means: Float64Array;
}

/** Of the model as it is; null where the answer is not x + s·y in any order. */
export function wholeTurns(at: Checkpoint): Turns | null {
  const { n, sign } = answers(at);
  return at.once("turns", () => (sign === null ? null : turnsOf(pass(at).logits, n, sign)));
}

export function turnsOf(logits: Float32Array, n: number, sign: number): Turns {
  const means = new Float64Array(n * n);
  for (let x = 0; x < n; x++)
    for (let y = 0; y < n; y++) {
      const to = turnOf(x, y, n, sign) * n;
      const from = (x * n + y) * n;
      for (let z = 0; z < n; z++) means[to + z]! += logits[from + z]!;
    }
  for (let i = 0; i < means.length; i++) means[i]! /= n;
  return { n, sign, means };
}

/** Σ_k P_k L by x + s·y and z: the part of the logits along the waves of some frequencies. */
export function along({ n, means }: Turns, frequencies: number[]): Float64Array {
  const sum = new Float64Array(n * n);
  for (const wave of frequencies.flatMap((k) => (2 * k === n ? [cosine(k, n)] : [cosine(k, n), sine(k, n)]))) {
    const coefficients = new Float64Array(n);
    for (let t = 0; t < n; t++) for (let z = 0; z < n; z++) coefficients[z]! += wave[t]! * means[t * n + z]!;
    for (let t = 0; t < n; t++) for (let z = 0; z < n; z++) sum[t * n + z]! += wave[t]! * coefficients[z]!;
  }
  return sum;
}

/** What is to be taken off the logits for Σ_k P_k L to be missing, as in excluded loss. */
export function removal(turns: Turns, frequencies: number[]): ByTurn {
  return { table: Float32Array.from(along(turns, frequencies)), sign: turns.sign };
}

/** Σ_k P_k L + the mean over the pairs, by x + s·y and z: the logits of restricted loss. */
export function onlyWaves(turns: Turns, frequencies: number[]): Float64Array {
  const { n, means } = turns;
  const mean = new Float64Array(n);
  for (let i = 0; i < n * n; i++) mean[i % n]! += means[i]! / n;
  return along(turns, frequencies).map((value, i) => value + mean[i % n]!);
}

/** The least-squares coefficient of the logits on cos w(x + s·y − z). */
export function cosCoefficient({ n, means }: Turns, k: number): number {
  const angle = (i: number) => (2 * Math.PI * ((k * i) % n)) / n;
  const waves = Float64Array.from({ length: n }, (_, i) => Math.cos(angle(i)));
  let total = 0;
  for (let t = 0; t < n; t++) for (let z = 0; z < n; z++) total += waves[(t - z + n) % n]! * means[t * n + z]!;
  // Σ cos² over a whole turn is n/2, and n for the wave that changes sign at each number.
  return total / (n * (2 * k === n ? n : n / 2));
}
