/** The neurons' frequencies. */
import { clusters, type Clusters } from "../clusters";
import { registerQuantity } from "../quantity";

declare module "../quantity" {
  interface Quantities {
    clusters: { args: Record<string, never>; result: Clusters };
  }
}

registerQuantity("clusters", clusters);
