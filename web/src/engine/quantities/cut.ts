/** Loss and accuracy of the model in view, as it is and with parts switched off. */
import { cutLosses, partsOf, type Cut, type CutResult } from "../cut";
import { answers } from "../answers";
import { means, wholeLosses, type Losses } from "../losses";
import { wholePass } from "../parts";
import { registerQuantity } from "../quantity";

declare module "../quantity" {
  interface Quantities {
    losses: { args: Record<string, never>; result: Losses };
    cut: { args: Cut; result: CutResult };
  }
}

registerQuantity("losses", (at) => means(wholeLosses(at), answers(at)), wholePass);
registerQuantity("cut", cutLosses, (cut) => [partsOf(cut)]);
