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
  const maps = neurons.map(() => new Uint8Array(n * n));
  // Neurons lie side by side at each pair, so the pairs are the outer loop. Plain loops: they run a million times.
  const most = new Float32Array(neurons.length);
  for (let pair = 0; pair < n * n; pair++)
    for (let i = 0; i < neurons.length; i++) {
      const value = all[pair * width + neurons[i]!]!;
      if (value > most[i]!) most[i] = value;
    }
  const scale = most.map((value) => (value > 0 ? 255 / value : 0));
  for (let pair = 0; pair < n * n; pair++) for (let i = 0; i < neurons.length; i++) maps[i]![pair] = scale[i]! * all[pair * width + neurons[i]!]!;
  return { n, neurons, maps };
}

registerQuantity("neuron-maps", neuronMaps);
