/**
 * Coefficients of the cos fit, excluded and restricted loss. Python: the measures `cos_coefficients`, `excluded` and
 * `restricted` of `latebloom.circuits.modular.measures`.
 */
import { crossEntropy } from "../cross_entropy";
import { grid } from "../grid";
import { alongWave, cosCoefficient, meanLogits, phaseWaves, type PhaseWaves } from "../phase_waves";
import { registerQuantity, type Checkpoint } from "../quantity";

/** Losses in nats. */
export interface WaveLosses {
  /** By frequency k of the arguments. */
  coefficients: number[];
  /** Train loss without one of these frequencies. Over all pairs where there is no train set, as the next one too. */
  excludedAlone: number[];
  /** Train loss without all key frequencies. */
  excluded: number;
  train: number;
  /** Loss of the waves of the key frequencies alone; null over an empty set. */
  restricted: { all: number; train: number | null; test: number | null };
}

declare module "../quantity" {
  interface Quantities {
    /** Null where the answer is not x + s·y in any order. */
    "wave-losses": { args: { ks: number[] }; result: WaveLosses | null };
  }
}

function waveLosses(at: Checkpoint, { ks }: { ks: number[] }): WaveLosses | null {
  const waves = phaseWaves(at);
  if (waves === null) return null;
  const keys = at.facts.modular!.key_frequencies;
  const along = new Map([...new Set([...ks, ...keys])].map((k) => [k, alongWave(waves, k)]));
  const ofKeys = keys.map((k) => along.get(k)!).reduce(sum, new Float64Array(waves.n * waves.n));
  return {
    coefficients: ks.map((k) => cosCoefficient(waves, k)),
    excludedAlone: ks.map((k) => lossWithout(at, waves, along.get(k)!)),
    excluded: lossWithout(at, waves, ofKeys),
    train: lossWithout(at, waves, null),
    restricted: restricted(at, waves, ofKeys),
  };
}

function sum(a: Float64Array, b: Float64Array): Float64Array {
  return a.map((value, i) => value + b[i]!);
}

/** Mean loss on the train set of the logits without a part (by sum and z). */
function lossWithout(at: Checkpoint, { n, sums }: PhaseWaves, part: Float64Array | null): number {
  const { logits, labels, train } = grid(at);
  const all = !train.includes(1);
  const row = new Float64Array(n);
  let total = 0;
  let count = 0;
  for (let pair = 0; pair < n * n; pair++) {
    if (!all && !train[pair]) continue;
    for (let z = 0; z < n; z++) row[z] = logits[pair * n + z]! - (part === null ? 0 : part[sums[pair]! * n + z]!);
    total += crossEntropy(row, labels[pair]!);
    count++;
  }
  return total / count;
}

/** Loss of a part (by sum and z) and the mean logits: one loss for each sum, as the answer is the sum. */
function restricted(at: Checkpoint, waves: PhaseWaves, part: Float64Array): WaveLosses["restricted"] {
  const { n, sums } = waves;
  const { train } = grid(at);
  const mean = meanLogits(waves);
  const bySum = Array.from({ length: n }, (_, s) => crossEntropy(part.subarray(s * n, (s + 1) * n).map((value, z) => value + mean[z]!), s));
  const over = (chosen: (pair: number) => boolean): number | null => {
    let total = 0;
    let count = 0;
    sums.forEach((s, pair) => {
      if (!chosen(pair)) return;
      total += bySum[s]!;
      count++;
    });
    return count ? total / count : null;
  };
  return { all: over(() => true)!, train: over((pair) => train[pair] === 1), test: train.includes(1) ? over((pair) => train[pair] === 0) : null };
}

registerQuantity("wave-losses", waveLosses);
