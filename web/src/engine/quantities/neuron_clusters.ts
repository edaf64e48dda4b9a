/** The frequency of each neuron. Python: `latebloom.circuits.modular.neurons.NeuronClusters`. */
import { clusters, type Clusters } from "../clusters";
import { registerQuantity } from "../quantity";

declare module "../quantity" {
  interface Quantities {
    "neuron-clusters": { args: Record<string, never>; result: Clusters };
  }
}

registerQuantity("neuron-clusters", clusters);
