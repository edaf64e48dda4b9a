/** Attention of every head on one sequence. Python: `latebloom.circuits.induction.patterns`. */
import { registerQuantity } from "../quantity";
import { headsOf, pass } from "../sequence";

declare module "../quantity" {
  interface Quantities {
    "sequence-attention": {
      args: { tokens: number[] };
      /** `patterns`: by layer, heads × query × key, 0 … 1. */
      result: { layers: number; heads: number; length: number; patterns: Float32Array[] };
    };
  }
}

registerQuantity("sequence-attention", (at, { tokens }) => {
  const { length, patterns } = pass(at, tokens);
  return { ...headsOf(at)!, length, patterns };
});
