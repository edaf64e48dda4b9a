/** The activations of some neurons over all pairs, in 8 bits, for small pictures. */
import { grid } from "../grid";
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
  const { n, width, neurons: all } = grid(at);
  // Neurons lie side by side at each pair, so the pairs are the outer loop.
  const most = new Float32Array(neurons.length);
  for (let pair = 0; pair < n * n; pair++) neurons.forEach((neuron, i) => (most[i] = Math.max(most[i]!, all[pair * width + neuron]!)));
  const scale = most.map((value) => (value > 0 ? 255 / value : 0));
  const maps = neurons.map(() => new Uint8Array(n * n));
  for (let pair = 0; pair < n * n; pair++) neurons.forEach((neuron, i) => (maps[i]![pair] = scale[i]! * all[pair * width + neuron]!));
  return { n, neurons, maps };
}

registerQuantity("neuron-maps", neuronMaps);
