/** The probability of the right answer of each pair: exp of minus `Grid.pair_losses` in Python. */
import { grid } from "../grid";
import { registerQuantity, type Checkpoint } from "../quantity";

declare module "../quantity" {
  interface Quantities {
    /** n × n, x·n + y; NaN where the operation is not defined. */
    "right-probability": { args: Record<string, never>; result: { n: number; probability: Float32Array } };
  }
}

function rightProbability(at: Checkpoint): { n: number; probability: Float32Array } {
  const { n, logits, labels } = grid(at);
  const probability = Float32Array.from(labels, (right, pair) => (right < 0 ? NaN : softmaxAt(logits, pair * n, n, right)));
  return { n, probability };
}

/** The softmax of n logits from `start`, at one of them. */
export function softmaxAt(logits: ArrayLike<number>, start: number, n: number, at: number): number {
  let sum = 0;
  for (let z = 0; z < n; z++) sum += Math.exp(logits[start + z]! - logits[start + at]!);
  return 1 / sum;
}

registerQuantity("right-probability", rightProbability);
