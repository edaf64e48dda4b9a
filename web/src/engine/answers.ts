/** The right answers of a modular task and its train set, which do not change with the checkpoint. */
import type { Modular } from "../page";
import type { Checkpoint } from "./quantity";

export interface Answers {
  /** Positions: p, or p − 1 in a group without the value 0. */
  n: number;
  /** s where the right answer is at position x + s·y mod n, else null. */
  sign: number | null;
  /** n²: position of the right answer; −1 where the operation is not defined. */
  labels: Int32Array;
  /** n²: 1 where the pair is in the training set. */
  train: Uint8Array;
}

const known = new WeakMap<Modular, Answers>();

/** Of a checkpoint's task; the same object for all checkpoints. */
export function answers(at: Checkpoint): Answers {
  const modular = at.facts.modular!;
  if (!known.has(modular)) known.set(modular, answersOf(modular, at.facts.task.p!));
  return known.get(modular)!;
}

function answersOf({ order, labels, train }: Modular, p: number): Answers {
  const n = order.x.length;
  const bits = Uint8Array.from(atob(train), (letter) => letter.charCodeAt(0));
  const trained = (x: number, y: number) => (bits[(x * p + y) >> 3]! >> (7 - ((x * p + y) & 7))) & 1;
  return {
    n,
    sign: [1, -1].find((s) => labels.every((label, pair) => label === turnOf(Math.floor(pair / n), pair % n, n, s))) ?? null,
    labels: Int32Array.from(labels, (label) => Math.max(label, -1)),
    train: Uint8Array.from({ length: n * n }, (_, pair) => trained(order.x[Math.floor(pair / n)]!, order.y[pair % n]!)),
  };
}

/** x + s·y mod n. */
export function turnOf(x: number, y: number, n: number, sign: number): number {
  return (x + sign * y + n) % n;
}
