/** The activations of some neurons over all pairs, in 8 bits, for small pictures. */
import { modularModel } from "../modular_model";
import { someNeurons } from "../neurons";
import { pass } from "../pass";
import { registerQuantity, type Checkpoint } from "../quantity";

export interface NeuronMaps {
  n: number;
  neurons: number[];
  /** One n × n map for each neuron, x·n + y: 255 at its largest activation, 0 where it is silent. */
  maps: Uint8Array[];
}

declare module "../quantity" {
  interface Quantities {
    "neuron-maps": { args: { neurons: number[] }; result: NeuronMaps };
  }
}

function neuronMaps(at: Checkpoint, { neurons }: { neurons: number[] }): NeuronMaps {
  const { n } = modularModel(at);
  const count = neurons.length;
  const all = someNeurons(pass(at).neurons, neurons);
  // Neurons lie side by side at each pair, so the pairs are the outer loop. Plain loops: they run a million times.
  const most = new Float32Array(count);
  for (let at = 0, i = 0; at < all.length; at++, i = i + 1 < count ? i + 1 : 0) if (all[at]! > most[i]!) most[i] = all[at]!;
  const scale = most.map((value) => (value > 0 ? 255 / value : 0));
  const maps = neurons.map(() => new Uint8Array(n * n));
  for (let pair = 0; pair < n * n; pair++) for (let i = 0; i < count; i++) maps[i]![pair] = scale[i]! * all[pair * count + i]!;
  return { n, neurons, maps };
}

registerQuantity("neuron-maps", neuronMaps);
