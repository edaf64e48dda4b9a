/** The weights of a model of a modular task, with rows and columns in the order of the page's operands and answers. */
import type { Tensor } from "./pack";
import { multiply } from "./products";
import type { Checkpoint } from "./quantity";

export interface ModularModel {
  n: number;
  layers: number;
  heads: number;
  /** Neurons of the last layer; 0 for attention alone. */
  width: number;
  at: Checkpoint;
  /** n × d: one row per operand x; W_E, or W_in of the MLP. */
  embedding: Tensor;
  /** As `embedding`, in the order of the operands y. */
  embeddingY: Tensor;
  /** Map from the residual stream to the n answers (d × n); null for the MLP. */
  unembed: Float32Array | null;
  /** width × n: the neurons' linear map to the logits. */
  wLogit: Float32Array;
  /** n: what the last MLP's bias adds to the logits. */
  bias: Float32Array;
}

/** The model of a checkpoint, its rows in the order of the page's operands and its columns in that of the answers. */
export function modularModel(at: Checkpoint): ModularModel {
  return at.once("modular-model", () => shapeOf(at));
}

/** Errors: for a kind of model that has no views on all pairs. */
function shapeOf(at: Checkpoint): ModularModel {
  const { kind } = at.facts.model;
  if (at.facts.modular === null) throw new Error("views of all pairs need a modular task");
  if (kind === "mlp") return mlp(at);
  if (kind === "transformer") return transformer(at);
  throw new Error(`views of this model are not available: its kind is ${kind}, and they need a transformer or an MLP`);
}

function mlp(at: Checkpoint): ModularModel {
  const { order } = at.facts.modular!;
  const { "mlp.W_in": into, "mlp.W_out": out, "mlp.b_out": bias } = at.weights;
  return {
    at,
    n: order.x.length,
    layers: 1,
    heads: 0,
    width: into!.shape[1]!,
    embedding: rows(into!, order.x),
    embeddingY: rows(into!, order.y),
    unembed: null,
    wLogit: columns(out!, order.z),
    bias: columns({ shape: [1, ...bias!.shape], data: bias!.data }, order.z),
  };
}

function transformer(at: Checkpoint): ModularModel {
  const { order } = at.facts.modular!;
  const n = order.x.length;
  const layers = at.facts.model["n_layers"] as number;
  const out = at.weights[`blocks.${layers - 1}.mlp.W_out`];
  const unembed = columns(at.weights["unembed.W_U"]!, order.z);
  const [width = 0, d = 0] = out?.shape ?? [];
  return {
    at,
    n,
    layers,
    heads: at.weights["blocks.0.attn.W_Q"]!.shape[0]!,
    width,
    embedding: rows(at.weights["embed.W_E"]!, order.x),
    embeddingY: rows(at.weights["embed.W_E"]!, order.y),
    unembed,
    wLogit: out ? multiply(out.data, unembed, { rows: width, inner: d, columns: n }) : new Float32Array(0),
    bias: out ? multiply(at.weights[`blocks.${layers - 1}.mlp.b_out`]!.data, unembed, { rows: 1, inner: d, columns: n }) : new Float32Array(n),
  };
}

function rows({ shape, data }: Tensor, order: number[]): Tensor {
  const width = shape[1]!;
  const chosen = new Float32Array(order.length * width);
  order.forEach((value, i) => chosen.set(data.subarray(value * width, (value + 1) * width), i * width));
  return { shape: [order.length, width], data: chosen };
}

function columns({ shape, data }: Tensor, order: number[]): Float32Array {
  const [count, width] = shape as [number, number];
  const chosen = new Float32Array(count * order.length);
  for (let i = 0; i < count; i++) for (let j = 0; j < order.length; j++) chosen[i * order.length + j] = data[i * width + order[j]!]!;
  return chosen;
}
