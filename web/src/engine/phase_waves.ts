/**
 * The logits' waves cos w(x + s·y), sin w(x + s·y) at w = 2πk/n. Python: `latebloom.circuits.modular.projections` and
 * `cos_waves`.
 */
import { grid } from "./grid";
import type { Checkpoint } from "./quantity";

export interface PhaseWaves {
  n: number;
  /** n²: the position x + s·y of each pair. */
  sums: Uint16Array;
  /** n × n (sum, z): logits, summed over the pairs with that sum. */
  table: Float64Array;
}

/** Null where the answer is not x + s·y in any order. */
export function phaseWaves(at: Checkpoint): PhaseWaves | null {
  return at.once("phase-waves", () => {
    const { n, sign, logits } = grid(at);
    if (sign === null) return null;
    const sums = Uint16Array.from({ length: n * n }, (_, pair) => (Math.floor(pair / n) + sign * (pair % n) + n) % n);
    const table = new Float64Array(n * n);
    sums.forEach((sum, pair) => {
      for (let z = 0; z < n; z++) table[sum * n + z]! += logits[pair * n + z]!;
    });
    return { n, sums, table };
  });
}

/** cos(2πki/n) for i = 0 … n − 1, and the same of the sine. */
function turn(k: number, n: number): { cos: Float64Array; sin: Float64Array } {
  const angle = (i: number) => (2 * Math.PI * ((k * i) % n)) / n;
  return { cos: Float64Array.from({ length: n }, (_, i) => Math.cos(angle(i))), sin: Float64Array.from({ length: n }, (_, i) => Math.sin(angle(i))) };
}

/** Σ cos² over a whole turn: n/2, or n at the Nyquist frequency, whose sine is zero. */
function energy(k: number, n: number): number {
  return 2 * k === n ? n : n / 2;
}

/** P_k L by sum and z (n × n): the part of the logits along the two waves of k. Every sum has n pairs. */
export function alongWave({ n, table }: PhaseWaves, k: number): Float64Array {
  const { cos, sin } = turn(k, n);
  const [onCos, onSin] = [new Float64Array(n), new Float64Array(n)];
  for (let sum = 0; sum < n; sum++)
    for (let z = 0; z < n; z++) {
      onCos[z]! += cos[sum]! * table[sum * n + z]!;
      onSin[z]! += sin[sum]! * table[sum * n + z]!;
    }
  const scale = 1 / (n * energy(k, n));
  const sine = 2 * k === n ? 0 : scale;
  return Float64Array.from({ length: n * n }, (_, i) => {
    const sum = Math.floor(i / n);
    return scale * cos[sum]! * onCos[i % n]! + sine * sin[sum]! * onSin[i % n]!;
  });
}

/** The least-squares coefficient of the logits on cos w(x + s·y − z). */
export function cosCoefficient({ n, table }: PhaseWaves, k: number): number {
  const { cos } = turn(k, n);
  let total = 0;
  for (let sum = 0; sum < n; sum++) for (let z = 0; z < n; z++) total += cos[(sum - z + n) % n]! * table[sum * n + z]!;
  return total / (n * n * energy(k, n));
}

/** Mean over the pairs: the mean of the logits of each answer, n. */
export function meanLogits({ n, table }: PhaseWaves): Float64Array {
  const mean = new Float64Array(n);
  for (let i = 0; i < n * n; i++) mean[i % n]! += table[i]! / (n * n);
  return mean;
}
