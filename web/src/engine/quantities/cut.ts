/** Loss and accuracy of the model in view, as it is and with parts switched off. */
import { cutLosses, type Cut, type CutResult } from "../cut";
import { grid } from "../grid";
import { losses, type Losses } from "../losses";
import { registerQuantity } from "../quantity";

declare module "../quantity" {
  interface Quantities {
    losses: { args: Record<string, never>; result: Losses };
    cut: { args: Cut; result: CutResult };
  }
}

registerQuantity("losses", (at) => at.once("losses", () => losses(grid(at).logits, grid(at))));
registerQuantity("cut", cutLosses);
