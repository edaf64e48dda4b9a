/** The pairs of a modular task and their split. Python: `latebloom.tasks.modular`, `latebloom.tasks.split`. */
import { OPERATIONS, type Settings } from "./settings";
import { permutation } from "./shuffle";

export interface Pairs {
  x: Int32Array;
  y: Int32Array;
  labels: Int32Array;
}

export interface Split {
  train: Pairs;
  /** All pairs, at x·p + y. */
  all: Pairs;
  /** At x·p + y: 1 where the pair is in the training set. */
  inTrain: Uint8Array;
}

/** The first ⌊fraction · p²⌋ pairs of the order that the seed gives are the training set, in that order. */
export function split(settings: Settings): Split {
  const { p, fraction, seed } = settings;
  const size = p * p;
  const rows = permutation(seed, size).subarray(0, Math.floor(fraction * size));
  const inTrain = new Uint8Array(size);
  for (const row of rows) inTrain[row] = 1;
  const all = pairs(settings, Int32Array.from({ length: size }, (_, row) => row));
  return { train: pairs(settings, rows), all, inTrain };
}

function pairs({ p, operation }: Settings, rows: Int32Array): Pairs {
  const x = rows.map((row) => Math.floor(row / p));
  const y = rows.map((row) => row % p);
  const { answer } = OPERATIONS[operation];
  return { x, y, labels: rows.map((_, i) => answer(x[i]!, y[i]!, p)) };
}

/**
 * The operands in the order in which the operation is addition or subtraction in a cyclic group: as they are, or for a
 * product by discrete logarithm to the least primitive root, without 0. Python: `latebloom.tasks.cyclic`.
 */
export function cyclicOrder({ p, operation }: Settings): number[] {
  if (operation !== "modular_multiplication") return Array.from({ length: p }, (_, value) => value);
  for (let root = 2; ; root++) {
    const values = [1];
    for (let next = root; next !== 1; next = (next * root) % p) values.push(next);
    if (values.length === p - 1) return values;
  }
}
