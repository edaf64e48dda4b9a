/**
 * The transformer on one sequence, position by position, with every field of its configuration: norm, biases, activation,
 * causal or other attention. Python: `latebloom.models.Transformer`, whose names the weights have.
 */
import { activation } from "./activation";
import type { Tensor } from "./pack";
import type { Checkpoint } from "./quantity";

/** What a forward pass leaves behind. */
export interface Passed {
  length: number;
  /** By layer: heads × query × key, 0 … 1; keys that the query does not see are 0. */
  patterns: Float32Array[];
  /** length × d_model, after the last block and its norm. */
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
  const unembed = unembedding(at);
  const [width, answers] = unembed.shape as [number, number];
  const rows = new Float64Array(positions.length * width);
  positions.forEach((position, i) => rows.set(passed.resid.subarray(position * width, (position + 1) * width), i * width));
  return plus(times(rows, positions.length, unembed.data, width, answers), at.weights["unembed.b_U"]?.data);
}

/** W_U; of tied embeddings, the transposed embedding of the answers. */
function unembedding(at: Checkpoint): Tensor {
  if (at.facts.model.tied !== true) return named(at, "unembed.W_U");
  const { shape, data } = named(at, "embed.W_E");
  const width = shape[1]!;
  const answers = at.facts.examples!.answers.length;
  return { shape: [width, answers], data: Float32Array.from({ length: width * answers }, (_, i) => data[(i % answers) * width + Math.floor(i / answers)]!) };
}

function forward(at: Checkpoint, tokens: number[]): Passed {
  const shape = headsOf(at);
  if (shape === null) throw new Error("this model has no attention, so it cannot be run on a sequence");
  let resid = embedded(at, tokens);
  const scale = Number(at.facts.model.residual_scale ?? 1);
  const patterns: Float32Array[] = [];
  for (let layer = 0; layer < shape.layers; layer++) {
    const { out, pattern } = attention(at, layer, normed(at, `blocks.${layer}.ln1`, resid, tokens.length), tokens.length);
    patterns.push(pattern);
    const middle = resid.map((value, i) => scale * value + out[i]!);
    resid = at.weights[`blocks.${layer}.mlp.W_in`] ? withMlp(at, layer, middle, tokens.length) : middle;
  }
  return { length: tokens.length, patterns, resid: normed(at, "ln_final", resid, tokens.length) };
}

function embedded(at: Checkpoint, tokens: number[]): Float64Array {
  const byToken = named(at, "embed.W_E");
  const byPosition = at.weights["pos_embed.W_pos"]; // none where positions are not learned
  const [vocabulary, width] = byToken.shape as [number, number];
  const most = byPosition?.shape[0] ?? Infinity;
  if (tokens.length > most) throw new Error(`sequence: got ${tokens.length} tokens, expected at most ${most}`);
  const resid = new Float64Array(tokens.length * width);
  tokens.forEach((token, position) => {
    if (!(token >= 0 && token < vocabulary)) throw new Error(`token: got ${token}, expected 0 to ${vocabulary - 1}`);
    for (let d = 0; d < width; d++) resid[position * width + d] = byToken.data[token * width + d]! + (byPosition?.data[position * width + d] ?? 0);
  });
  return resid;
}

/** Added to the variance. Python: `latebloom.models.components.norm.EPS`. */
const EPS = 1e-5;

/** The norm of this name of each position, as the configuration has it. */
function normed(at: Checkpoint, name: string, resid: Float64Array, length: number): Float64Array {
  const kind = at.facts.model.norm ?? "none";
  if (kind === "none") return resid;
  const [gain, shift] = kind === "layernorm" ? [named(at, `${name}.w`).data, named(at, `${name}.b`).data] : [];
  const width = resid.length / length;
  const made = new Float64Array(resid.length);
  for (let start = 0; start < resid.length; start += width) {
    const row = resid.subarray(start, start + width);
    const mean = row.reduce((sum, value) => sum + value, 0) / width;
    const scale = Math.sqrt(row.reduce((sum, value) => sum + (value - mean) ** 2, 0) / width + EPS);
    row.forEach((value, d) => (made[start + d] = ((value - mean) / scale) * (gain?.[d] ?? 1) + (shift?.[d] ?? 0)));
  }
  return made;
}

/** softmax(q·k / √d_head) over the positions that a query sees, values through W_O, summed over heads. */
function attention(at: Checkpoint, layer: number, resid: Float64Array, length: number): { out: Float64Array; pattern: Float32Array } {
  const [toQ, toK, toV, toO] = ["Q", "K", "V", "O"].map((part) => named(at, `blocks.${layer}.attn.W_${part}`)) as [Tensor, Tensor, Tensor, Tensor];
  const biases = ["Q", "K", "V"].map((part) => at.weights[`blocks.${layer}.attn.b_${part}`]?.data);
  const [heads, width, size] = toQ.shape as [number, number, number];
  const isCausal = at.facts.model.attention !== "bidirectional";
  const mix = Number(at.facts.model.attention_mix ?? 1);
  const out = new Float64Array(resid.length);
  const pattern = new Float32Array(heads * length * length);
  for (let head = 0; head < heads; head++) {
    const of = (weights: Tensor) => weights.data.subarray(head * width * size, (head + 1) * width * size);
    const [q, k, v] = [toQ, toK, toV].map((weights, part) =>
      plus(times(resid, length, of(weights), width, size), biases[part]?.subarray(head * size, (head + 1) * size)),
    ) as [Float64Array, Float64Array, Float64Array];
    const z = new Float64Array(length * size);
    for (let query = 0; query < length; query++) {
      const seen = isCausal ? query + 1 : length;
      const scores = Float64Array.from({ length: seen }, (_, key) => dot(q, query * size, k, key * size, size) / Math.sqrt(size));
      const row = softmax(scores).map((share) => mix * share + 1 - mix);
      pattern.set(row, (head * length + query) * length);
      row.forEach((share, key) => {
        for (let i = 0; i < size; i++) z[query * size + i]! += share * v[key * size + i]!;
      });
    }
    times(z, length, of(toO), size, width).forEach((value, i) => (out[i]! += value));
  }
  return { out: plus(out, at.weights[`blocks.${layer}.attn.b_O`]?.data), pattern };
}

function withMlp(at: Checkpoint, layer: number, resid: Float64Array, length: number): Float64Array {
  const [toIn, bIn, toOut, bOut] = ["W_in", "b_in", "W_out", "b_out"].map((part) => named(at, `blocks.${layer}.mlp.${part}`)) as [Tensor, Tensor, Tensor, Tensor];
  const [width, neurons] = toIn.shape as [number, number];
  const read = normed(at, `blocks.${layer}.ln2`, resid, length);
  const post = plus(times(read, length, toIn.data, width, neurons), bIn.data).map(activation(at.facts.model.activation));
  return plus(times(post, length, toOut.data, neurons, width), bOut.data).map((value, i) => value + resid[i]!);
}

/** Rows plus one row; plus nothing where there is none. */
function plus(rows: Float64Array, row: ArrayLike<number> | undefined): Float64Array {
  return row === undefined ? rows : rows.map((value, i) => value + row[i % row.length]!);
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
