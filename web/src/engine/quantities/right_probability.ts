/** The probability of the right answer of each pair: exp of minus `Grid.pair_losses` in Python. */
import { answers } from "../answers";
import { wholeLosses } from "../losses";
import { wholePass } from "../parts";
import { registerQuantity, type Checkpoint } from "../quantity";

declare module "../quantity" {
  interface Quantities {
    /** n × n, x·n + y; NaN where the operation is not defined. */
    "right-probability": { args: Record<string, never>; result: { n: number; probability: Float32Array } };
  }
}

function rightProbability(at: Checkpoint): { n: number; probability: Float32Array } {
  return { n: answers(at).n, probability: Float32Array.from(wholeLosses(at).loss, (loss) => Math.exp(-loss)) };
}

registerQuantity("right-probability", rightProbability, wholePass);
