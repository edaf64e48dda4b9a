/** The model on all pairs as it is, for tests and for the curious: `await latebloom.ask("grid", 0, {})`. */
import { grid, type Grid } from "../grid";
import { wholePass } from "../parts";
import { registerQuantity } from "../quantity";

declare module "../quantity" {
  interface Quantities {
    grid: { args: Record<string, never>; result: Grid };
  }
}

registerQuantity("grid", grid, wholePass);
