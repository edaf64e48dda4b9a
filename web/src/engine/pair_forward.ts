/**
 * The exact fast forward over all pairs, for one layer of attention and neurons, and for the MLP. Python:
 * `latebloom.circuits.modular.pair_forward`, which explains it: a pre-activation at `=` is a sum of rows of tables,
 *
 *     pre[x, y] = c + Σ_h a_x[x, y, h] T_x[x, h] + a_y[x, y, h] T_y[y, h] + a_=[x, y, h] T_=[h].
 */
import type { Activations, Parts } from "./grid";
import type { ModularModel } from "./modular_model";
import { multiply, sum } from "./products";

/** Rows of what the heads carry from x, from y and from `=`: n × heads × width, twice, and heads × width. */
interface Tables {
  x: Float32Array;
  y: Float32Array;
  equals: Float32Array;
}

/** Run a one-layer model on all pairs, without some of its parts. */
export function pairForward(model: ModularModel, without: Parts): Activations {
  return model.unembed === null ? mlpForward(model) : transformerForward(model, model.unembed, without);
}

function mlpForward({ n, width, at, embedding, embeddingY, wLogit, bias }: ModularModel): Activations {
  const neurons = new Float32Array(n * n * width);
  const added = at.weights["mlp.b_in"]!.data;
  for (let x = 0; x < n; x++)
    for (let y = 0; y < n; y++)
      for (let j = 0, to = (x * n + y) * width; j < width; j++)
        neurons[to + j] = Math.max(0, embedding.data[x * width + j]! + embeddingY.data[y * width + j]! + added[j]!);
  const logits = multiply(neurons, wLogit, { rows: n * n, inner: width, columns: n }, repeated(bias, n * n));
  return { pattern: null, neurons, logits };
}

function transformerForward(model: ModularModel, unembed: Float32Array, without: Parts): Activations {
  const { n, heads, width, at, wLogit } = model;
  const { "blocks.0.mlp.W_in": into, "blocks.0.mlp.b_in": added } = at.weights;
  const streams = residuals(model);
  const pattern = attention(model, streams);
  const d = into!.shape[0]!;
  const skip = without.skipAttention ? new Float32Array(d) : streams.equals;
  const kept = keptHeads(pattern, heads, without.heads);
  const mixed = (map: Float32Array, columns: number, constant: Float32Array) =>
    mix(kept, carried(model, streams, map, columns), sum(multiply(skip, map, { rows: 1, inner: d, columns }), constant), n, heads, columns);
  const neurons = mixed(into!.data, width, added!.data);
  for (let i = 0; i < neurons.length; i++) if (neurons[i]! < 0) neurons[i] = 0;
  const around = without.skipMlp ? repeated(model.bias, n * n) : mixed(unembed, n, model.bias);
  return { pattern, neurons, logits: multiply(neurons, wLogit, { rows: n * n, inner: width, columns: n }, around) };
}

/** The residual stream before attention: of every x, of every y, and of `=` (one row). */
function residuals({ at, embedding, embeddingY }: ModularModel): Tables {
  const { "embed.W_E": embed, "pos_embed.W_pos": position } = at.weights;
  const d = embed!.shape[1]!;
  const place = (i: number) => position!.data.subarray(i * d, (i + 1) * d);
  const shifted = (rows: Float32Array, by: Float32Array) => rows.map((value, i) => value + by[i % d]!);
  return {
    x: shifted(embedding.data, place(0)),
    y: shifted(embeddingY.data, place(1)),
    equals: shifted(embed!.data.subarray(at.facts.task.p! * d, (at.facts.task.p! + 1) * d), place(2)),
  };
}

/** Attention of `=` on all pairs: n² × heads × 3. */
function attention({ n, heads, at }: ModularModel, streams: Tables): Float32Array {
  const { "blocks.0.attn.W_Q": queries, "blocks.0.attn.W_K": keys } = at.weights;
  const [, d, inside] = queries!.shape as [number, number, number];
  const weights = new Float32Array(d * heads);
  for (let h = 0; h < heads; h++) {
    const block = (all: Float32Array) => all.subarray(h * d * inside, (h + 1) * d * inside);
    const query = multiply(streams.equals, block(queries!.data), { rows: 1, inner: d, columns: inside });
    const toKey = multiply(block(keys!.data), query, { rows: d, inner: inside, columns: 1 });
    toKey.forEach((value, m) => (weights[m * heads + h] = value / Math.sqrt(inside)));
  }
  const scores = (rows: Float32Array) => multiply(rows, weights, { rows: rows.length / d, inner: d, columns: heads });
  return softmax({ x: scores(streams.x), y: scores(streams.y), equals: scores(streams.equals) }, n, heads);
}

function softmax(scores: Tables, n: number, heads: number): Float32Array {
  const pattern = new Float32Array(n * n * heads * 3);
  let to = 0;
  for (let x = 0; x < n; x++)
    for (let y = 0; y < n; y++)
      for (let h = 0; h < heads; h++) {
        const three = [scores.x[x * heads + h]!, scores.y[y * heads + h]!, scores.equals[h]!] as const;
        const top = Math.max(...three);
        const [a, b, c] = three.map((score) => Math.exp(score - top)) as [number, number, number];
        const total = a + b + c;
        pattern[to++] = a / total;
        pattern[to++] = b / total;
        pattern[to++] = c / total;
      }
  return pattern;
}

/** The pattern with the attention of some heads at zero, so that they carry nothing. */
function keptHeads(pattern: Float32Array, heads: number, zeroed: number[]): Float32Array {
  return zeroed.length ? pattern.map((share, i) => (zeroed.includes(Math.floor(i / 3) % heads) ? 0 : share)) : pattern;
}

/** The output of each head at `=`, if it attends to one row alone, times a map from the residual stream. */
function carried({ heads, at }: ModularModel, streams: Tables, map: Float32Array, columns: number): Tables {
  const { "blocks.0.attn.W_V": values, "blocks.0.attn.W_O": outputs } = at.weights;
  const [, d, inside] = values!.shape as [number, number, number];
  const one = (stream: Float32Array) => {
    const count = stream.length / d;
    const table = new Float32Array(count * heads * columns);
    for (let h = 0; h < heads; h++) {
      const block = (all: Float32Array) => all.subarray(h * d * inside, (h + 1) * d * inside);
      const out = multiply(block(outputs!.data), map, { rows: inside, inner: d, columns });
      const value = multiply(stream, block(values!.data), { rows: count, inner: d, columns: inside });
      const rows = multiply(value, out, { rows: count, inner: inside, columns });
      for (let i = 0; i < count; i++) table.set(rows.subarray(i * columns, (i + 1) * columns), (i * heads + h) * columns);
    }
    return table;
  };
  return { x: one(streams.x), y: one(streams.y), equals: one(streams.equals) };
}

/** The sum over heads and positions of attention times table, added to `constant`: n² × columns. */
function mix(pattern: Float32Array, tables: Tables, constant: Float32Array, n: number, heads: number, columns: number): Float32Array {
  const mixed = repeated(constant, n * n);
  for (let x = 0; x < n; x++)
    for (let y = 0; y < n; y++) {
      const to = (x * n + y) * columns;
      for (let h = 0; h < heads; h++) {
        const share = ((x * n + y) * heads + h) * 3;
        const [a, b, c] = [pattern[share]!, pattern[share + 1]!, pattern[share + 2]!];
        const [fromX, fromY, fromEquals] = [(x * heads + h) * columns, (y * heads + h) * columns, h * columns];
        for (let j = 0; j < columns; j++)
          mixed[to + j]! += a * tables.x[fromX + j]! + b * tables.y[fromY + j]! + c * tables.equals[fromEquals + j]!;
      }
    }
  return mixed;
}

function repeated(row: Float32Array, count: number): Float32Array {
  const all = new Float32Array(row.length * count);
  for (let i = 0; i < count; i++) all.set(row, i * row.length);
  return all;
}
