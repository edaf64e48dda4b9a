/**
 * The transformer on one sequence, position by position: no LayerNorm, causal attention without biases, then a ReLU MLP
 * where there is one. Python: `latebloom.models.Transformer`, whose names the weights have.
 */
import type { Tensor } from "./pack";
import type { Checkpoint } from "./quantity";

/** What a forward pass leaves behind. */
export interface Passed {
  length: number;
  /** By layer: heads × query × key, 0 … 1; keys after the query are 0. */
  patterns: Float32Array[];
  /** length × d_model, after the last block. */
  resid: Float64Array;
}

/** Numbers of layers and heads of a transformer's weights; null for a model without attention. */
export function headsOf(at: Checkpoint): { layers: number; heads: number } | null {
  const first = at.weights["blocks.0.attn.W_Q"];
  if (first === undefined) return null;
  let layers = 1;
  while (at.weights[`blocks.${layers}.attn.W_Q`]) layers++;
  return { layers, heads: first.shape[0]! };
}

/** Run the model on a sequence; kept for as long as the checkpoint is. */
export function pass(at: Checkpoint, tokens: number[]): Passed {
  return at.once(`sequence ${tokens.join(" ")}`, () => forward(at, tokens));
}

/** Logits at these positions, positions × answers. */
export function logitsAt(at: Checkpoint, passed: Passed, positions: number[]): Float64Array {
  const unembed = named(at, "unembed.W_U");
  const width = unembed.shape[0]!;
  const rows = new Float64Array(positions.length * width);
  positions.forEach((position, i) => rows.set(passed.resid.subarray(position * width, (position + 1) * width), i * width));
  return times(rows, positions.length, unembed.data, width, unembed.shape[1]!);
}

function forward(at: Checkpoint, tokens: number[]): Passed {
  const shape = headsOf(at);
  if (shape === null) throw new Error("this model has no attention, so it cannot be run on a sequence");
  let resid = embedded(at, tokens);
  const scale = Number(at.facts.model.residual_scale ?? 1);
  const patterns: Float32Array[] = [];
  for (let layer = 0; layer < shape.layers; layer++) {
    const { out, pattern } = attention(at, layer, resid, tokens.length);
    patterns.push(pattern);
    const middle = resid.map((value, i) => scale * value + out[i]!);
    resid = at.weights[`blocks.${layer}.mlp.W_in`] ? withMlp(at, layer, middle, tokens.length) : middle;
  }
  return { length: tokens.length, patterns, resid };
}

function embedded(at: Checkpoint, tokens: number[]): Float64Array {
  const byToken = named(at, "embed.W_E");
  const byPosition = named(at, "pos_embed.W_pos");
  const [vocabulary, width] = byToken.shape as [number, number];
  if (tokens.length > byPosition.shape[0]!) throw new Error(`sequence: got ${tokens.length} tokens, expected at most ${byPosition.shape[0]}`);
  const resid = new Float64Array(tokens.length * width);
  tokens.forEach((token, position) => {
    if (!(token >= 0 && token < vocabulary)) throw new Error(`token: got ${token}, expected 0 to ${vocabulary - 1}`);
    for (let d = 0; d < width; d++) resid[position * width + d] = byToken.data[token * width + d]! + byPosition.data[position * width + d]!;
  });
  return resid;
}

/** softmax(q·k / √d_head) over the positions so far, values through W_O, summed over heads. */
function attention(at: Checkpoint, layer: number, resid: Float64Array, length: number): { out: Float64Array; pattern: Float32Array } {
  const [toQ, toK, toV, toO] = ["Q", "K", "V", "O"].map((part) => named(at, `blocks.${layer}.attn.W_${part}`)) as [Tensor, Tensor, Tensor, Tensor];
  const [heads, width, size] = toQ.shape as [number, number, number];
  const out = new Float64Array(resid.length);
  const pattern = new Float32Array(heads * length * length);
  for (let head = 0; head < heads; head++) {
    const of = (weights: Tensor) => weights.data.subarray(head * width * size, (head + 1) * width * size);
    const [q, k, v] = [toQ, toK, toV].map((weights) => times(resid, length, of(weights), width, size)) as [Float64Array, Float64Array, Float64Array];
    const z = new Float64Array(length * size);
    for (let query = 0; query < length; query++) {
      const row = softmax(Float64Array.from({ length: query + 1 }, (_, key) => dot(q, query * size, k, key * size, size) / Math.sqrt(size)));
      pattern.set(row, (head * length + query) * length);
      row.forEach((share, key) => {
        for (let i = 0; i < size; i++) z[query * size + i]! += share * v[key * size + i]!;
      });
    }
    times(z, length, of(toO), size, width).forEach((value, i) => (out[i]! += value));
  }
  return { out, pattern };
}

function withMlp(at: Checkpoint, layer: number, resid: Float64Array, length: number): Float64Array {
  const [toIn, bIn, toOut, bOut] = ["W_in", "b_in", "W_out", "b_out"].map((part) => named(at, `blocks.${layer}.mlp.${part}`)) as [Tensor, Tensor, Tensor, Tensor];
  const [width, neurons] = toIn.shape as [number, number];
  const post = times(resid, length, toIn.data, width, neurons).map((value, i) => Math.max(0, value + bIn.data[i % neurons]!));
  return times(post, length, toOut.data, neurons, width).map((value, i) => value + bOut.data[i % width]! + resid[i]!);
}

export function softmax(scores: Float64Array): Float64Array {
  const most = Math.max(...scores);
  const raised = scores.map((score) => Math.exp(score - most));
  const sum = raised.reduce((total, value) => total + value, 0);
  return raised.map((value) => value / sum);
}

/** rows (count × width) times weights (width × columns). */
export function times(rows: ArrayLike<number>, count: number, weights: ArrayLike<number>, width: number, columns: number): Float64Array {
  const product = new Float64Array(count * columns);
  for (let row = 0; row < count; row++)
    for (let d = 0; d < width; d++) {
      const value = rows[row * width + d]!;
      if (value === 0) continue;
      for (let c = 0; c < columns; c++) product[row * columns + c]! += value * weights[d * columns + c]!;
    }
  return product;
}

function dot(a: Float64Array, i: number, b: Float64Array, j: number, size: number): number {
  let sum = 0;
  for (let d = 0; d < size; d++) sum += a[i + d]! * b[j + d]!;
  return sum;
}

/** A tensor of the weights by its name. */
export function named(at: Checkpoint, name: string): Tensor {
  const tensor = at.weights[name];
  if (tensor === undefined) throw new Error(`weights: ${name} is missing`);
  return tensor;
}
