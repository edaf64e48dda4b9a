/** What the engine's quantities need to know about a training in the page: the same facts that Python writes of a run. */
import type { Modular } from "../page";
import type { Facts } from "../engine/quantity";
import { cyclicOrder, type Split } from "./examples";
import { OPERATIONS, STREAM, type Settings } from "./settings";

/** `keys`: the key frequencies; [] while they are not known. */
export function factsOf(settings: Settings, { inTrain }: Split, keys: number[]): Facts {
  const { name, sign } = OPERATIONS[settings.operation];
  return {
    task: { name: settings.operation, family: "modular", summary: name, p: settings.p, sign, settings: { p: settings.p } },
    model: modelOf(settings),
    modular: modularOf(settings, inTrain, keys),
    examples: null,
  };
}

function modelOf({ model, width }: Settings): Facts["model"] {
  if (model === "mlp") return { kind: "mlp", d_mlp: width };
  const { d_model, heads, d_head } = STREAM;
  return { kind: "transformer", n_layers: 1, d_model, n_heads: heads, d_head, d_mlp: width, residual_scale: 1 };
}

function modularOf(settings: Settings, inTrain: Uint8Array, keys: number[]): Modular {
  const order = cyclicOrder(settings);
  const n = order.length;
  const { sign } = OPERATIONS[settings.operation];
  const labels = Array.from({ length: n * n }, (_, row) => (Math.floor(row / n) + sign * (row % n) + n) % n);
  return { train: inBits(inTrain), key_frequencies: keys, order: { x: order, y: order, z: order }, labels, explanation: null, reason: "A training in the page is not explained by Python." };
}

/** Base64 of flags as bits, most significant first. */
function inBits(flags: Uint8Array): string {
  const bytes = new Uint8Array(Math.ceil(flags.length / 8));
  flags.forEach((flag, at) => (bytes[at >> 3]! |= flag << (7 - (at & 7))));
  return btoa(String.fromCharCode(...bytes));
}
