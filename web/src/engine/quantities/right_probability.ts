/** The probability of the right answer of each pair: exp of minus `Grid.pair_losses` in Python. */
import { grid } from "../grid";
import { registerQuantity, type Checkpoint } from "../quantity";
import { softmaxAt } from "../softmax";

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

registerQuantity("right-probability", rightProbability);
