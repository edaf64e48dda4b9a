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
  const map = (neuron: number) => {
    let most = 0;
    for (let i = neuron; i < all.length; i += width) most = Math.max(most, all[i]!);
    return Uint8Array.from({ length: n * n }, (_, pair) => (most > 0 ? (255 * all[pair * width + neuron]!) / most : 0));
  };
  return { n, neurons, maps: neurons.map(map) };
}

registerQuantity("neuron-maps", neuronMaps);
