/** Probabilities of every answer at some positions of a sequence. Python: softmax of the model's logits there. */
import { registerQuantity } from "../quantity";
import { logitsAt, pass, softmax } from "../sequence";

declare module "../quantity" {
  interface Quantities {
    "sequence-answers": {
      args: { tokens: number[]; read: number[] };
      /** `logits`, `probabilities`: positions × answers. */
      result: { answers: number; logits: Float64Array; probabilities: Float64Array };
    };
  }
}

registerQuantity("sequence-answers", (at, { tokens, read }) => {
  const logits = logitsAt(at, pass(at, tokens), read);
  const answers = logits.length / read.length;
  const probabilities = new Float64Array(logits.length);
  read.forEach((_, i) => probabilities.set(softmax(logits.subarray(i * answers, (i + 1) * answers)), i * answers));
  return { answers, logits, probabilities };
});
