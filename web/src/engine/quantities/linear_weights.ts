/** The weights of the linear model: one per example, and one that all examples share. Python: `latebloom.models.linear`. */
import { registerQuantity } from "../quantity";
import { named } from "../sequence";

declare module "../quantity" {
  interface Quantities {
    "linear-weights": { args: Record<string, never>; result: { own: Float32Array; shared: number } };
  }
}

registerQuantity("linear-weights", (at) => ({ own: named(at, "w_own").data, shared: named(at, "w_shared").data[0]! }));
