/** The model's logits over all answers for one pair, and the coefficients of its waves. */
import { grid } from "../grid";
import { wholePass } from "../parts";
import { registerQuantity, type Checkpoint } from "../quantity";
import { softmaxAt } from "../softmax";
import { learnedProfile } from "./learned_profile";

export interface ModelAnswer {
  n: number;
  /** Positions of the operands. */
  x: number;
  y: number;
  /** By position z, centred over z. */
  logits: Float64Array;
  /** Position of the right answer; null where the operation is not defined. */
  right: number | null;
  /** Position of the largest logit. */
  answer: number;
  /** Of the right answer, among the n answers; null where there is none. */
  probability: number | null;
  trained: boolean;
  /** The coefficient of cos w(x + s·y − z) over all pairs, for k = 1 … n//2; null where the task has no such wave. */
  coefficients: Float64Array | null;
}

declare module "../quantity" {
  interface Quantities {
    answer: { args: { x: number; y: number }; result: ModelAnswer };
  }
}

function answerTo(at: Checkpoint, { x, y }: { x: number; y: number }): ModelAnswer {
  const { n, logits, labels, train } = grid(at);
  if (!(x >= 0 && x < n && y >= 0 && y < n)) throw new Error(`operands: got positions ${x} and ${y}, expected 0 to ${n - 1}`);
  const pair = x * n + y;
  const row = logits.subarray(pair * n, (pair + 1) * n);
  const middle = row.reduce((sum, value) => sum + value, 0) / n;
  const right = labels[pair]! < 0 ? null : labels[pair]!;
  let answer = 0;
  for (let z = 1; z < n; z++) if (row[z]! > row[answer]!) answer = z;
  return {
    n,
    x,
    y,
    logits: Float64Array.from(row, (value) => value - middle),
    right,
    answer,
    probability: right === null ? null : softmaxAt(row, 0, n, right),
    trained: train[pair] === 1,
    coefficients: learnedProfile(at)?.coefficients ?? null,
  };
}

registerQuantity("answer", answerTo, wholePass);
