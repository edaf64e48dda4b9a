/**
 * The plain forward of a transformer on all pairs, for models without neurons or with several layers. Python:
 * `latebloom.circuits.modular.plain_forward`.
 */
import type { ModularModel } from "./modular_model";
import { leftOfMap, leftOfRows, turns, type Parts, type Turns } from "./parts";
import type { Rows } from "./pass";
import { multiply, sum } from "./products";

/** Of some pairs, as in `Pass`. */
interface Activations {
  pattern: Float32Array;
  neurons: Float32Array;
  logits: Float32Array;
}

/** Tokens of a sequence `x y =`. */
const LENGTH = 3;

/** Run a transformer on the pairs of some x, without some parts of its last layer. */
export function plainRows(model: ModularModel, without: Parts, { from, to }: Rows): Activations {
  const { n, heads, width } = model;
  const turned = turns(without, model.embedding.shape[1]!);
  const logits = new Float32Array((to - from) * n * n);
  const neurons = new Float32Array((to - from) * n * width);
  const pattern = new Float32Array((to - from) * n * heads * LENGTH);
  for (let x = from; x < to; x++) {
    const rows = row(model, x, without, turned);
    logits.set(rows.logits, (x - from) * n * n);
    neurons.set(rows.neurons, (x - from) * n * width);
    pattern.set(rows.pattern, (x - from) * n * heads * LENGTH);
  }
  return { logits, neurons, pattern };
}

/** All pairs with one x: n sequences. */
function row(model: ModularModel, x: number, without: Parts, turned: Turns): Activations {
  const { n, layers, at } = model;
  const d = model.embedding.shape[1]!;
  const scale = (at.facts.model["residual_scale"] as number | undefined) ?? 1;
  let stream: Float32Array = embedded(model, x);
  let pattern: Float32Array = new Float32Array(0);
  for (let layer = 0; layer < layers; layer++) {
    const last = layer === layers - 1;
    const read = last ? atEquals(stream, d) : stream;
    const attended = attend(model, layer, stream, read, last ? without.heads : []);
    const around = read.map((value) => value * scale);
    pattern = attended.pattern;
    if (last) {
      const left = (rows: Float32Array) => leftOfRows(rows, turned.beforeMlp, d);
      const after = sum(attended.out, left(attended.removed), without.skipAttention ? left(around) : around);
      return { pattern, ...finished(model, layer, after, without, turned) };
    }
    const middle = sum(attended.out, around);
    const neurons = hidden(model, layer, middle);
    const out = at.weights[`blocks.${layer}.mlp.W_out`];
    if (out) {
      multiply(neurons, out.data, { rows: n * LENGTH, inner: out.shape[0]!, columns: d }, middle);
      addRow(middle, at.weights[`blocks.${layer}.mlp.b_out`]!.data);
    }
    stream = middle;
  }
  throw new Error("a transformer needs at least one layer");
}

/** The residual stream before the first layer: n sequences × 3 × d. */
function embedded({ n, at, embedding, embeddingY }: ModularModel, x: number): Float32Array {
  const { "embed.W_E": embed, "pos_embed.W_pos": position } = at.weights;
  const d = embed!.shape[1]!;
  const equals = embed!.data.subarray(at.facts.task.p! * d, (at.facts.task.p! + 1) * d);
  const stream = new Float32Array(n * LENGTH * d);
  for (let y = 0; y < n; y++) {
    stream.set(embedding.data.subarray(x * d, (x + 1) * d), y * LENGTH * d);
    stream.set(embeddingY.data.subarray(y * d, (y + 1) * d), (y * LENGTH + 1) * d);
    stream.set(equals, (y * LENGTH + 2) * d);
  }
  addRow(stream, position!.data.subarray(0, LENGTH * d));
  return stream;
}

function atEquals(stream: Float32Array, d: number): Float32Array {
  const count = stream.length / (LENGTH * d);
  const read = new Float32Array(count * d);
  for (let y = 0; y < count; y++) read.set(stream.subarray((y * LENGTH + 2) * d, (y + 1) * LENGTH * d), y * d);
  return read;
}

interface Attended {
  /** The sum of the heads' outputs at the positions read, and that of the heads that are removed. */
  out: Float32Array;
  removed: Float32Array;
  /** n × heads × 3: of each sequence's last position. */
  pattern: Float32Array;
}

function attend(model: ModularModel, layer: number, stream: Float32Array, read: Float32Array, zeroed: number[]): Attended {
  const { n, heads, at } = model;
  const weight = (name: string) => at.weights[`blocks.${layer}.attn.W_${name}`]!;
  const [, d, inside] = weight("Q").shape as [number, number, number];
  const queries = read.length / (n * d);
  const out = new Float32Array(read.length);
  const removed = new Float32Array(read.length);
  const pattern = new Float32Array(n * heads * LENGTH);
  for (let h = 0; h < heads; h++) {
    const block = (name: string) => weight(name).data.subarray(h * d * inside, (h + 1) * d * inside);
    const project = (rows: Float32Array, name: string) => multiply(rows, block(name), { rows: rows.length / d, inner: d, columns: inside });
    const [q, k, v] = [project(read, "Q"), project(stream, "K"), project(stream, "V")];
    const z = new Float32Array(n * queries * inside);
    for (let y = 0; y < n; y++)
      for (let i = 0; i < queries; i++) {
        const seen = i + LENGTH - queries + 1;
        const shares = softmaxOfScores(q.subarray((y * queries + i) * inside, (y * queries + i + 1) * inside), k.subarray(y * LENGTH * inside), seen);
        shares.forEach((share, j) => {
          for (let e = 0; e < inside; e++) z[(y * queries + i) * inside + e]! += share * v[(y * LENGTH + j) * inside + e]!;
        });
        if (seen === LENGTH) pattern.set(shares, (y * heads + h) * LENGTH);
      }
    multiply(z, block("O"), { rows: n * queries, inner: inside, columns: d }, zeroed.includes(h) ? removed : out);
  }
  return { out, removed, pattern };
}

/** Attention of one query to the first `seen` keys. */
function softmaxOfScores(query: Float32Array, keys: Float32Array, seen: number): number[] {
  const inside = query.length;
  const scores = Array.from({ length: seen }, (_, j) => query.reduce((total, value, e) => total + value * keys[j * inside + e]!, 0) / Math.sqrt(inside));
  const top = Math.max(...scores);
  const raised = scores.map((score) => Math.exp(score - top));
  const total = raised.reduce((a, b) => a + b, 0);
  return raised.map((value) => value / total);
}

/** Neurons of a layer after the ReLU; empty for a layer without them. */
function hidden({ at }: ModularModel, layer: number, middle: Float32Array): Float32Array {
  const into = at.weights[`blocks.${layer}.mlp.W_in`];
  if (!into) return new Float32Array(0);
  const [d, width] = into.shape as [number, number];
  const neurons = multiply(middle, into.data, { rows: middle.length / d, inner: d, columns: width });
  addRow(neurons, at.weights[`blocks.${layer}.mlp.b_in`]!.data);
  return neurons.map((value) => Math.max(0, value));
}

function finished(model: ModularModel, layer: number, middle: Float32Array, without: Parts, turned: Turns): Omit<Activations, "pattern"> {
  const { n, width, unembed, wLogit, bias } = model;
  const d = model.embedding.shape[1]!;
  const neurons = hidden(model, layer, middle);
  const logits = multiply(neurons, wLogit, { rows: n, inner: width, columns: n });
  addRow(logits, bias);
  // Without neurons there is no connection around them, and nothing else leads to the logits.
  const around = without.skipMlp && width > 0 ? leftOfMap(unembed!, turned.aroundMlp, d) : unembed!;
  multiply(middle, around, { rows: n, inner: d, columns: n }, logits);
  return { neurons, logits };
}

function addRow(rows: Float32Array, row: Float32Array): void {
  for (let i = 0; i < rows.length; i++) rows[i]! += row[i % row.length]!;
}
