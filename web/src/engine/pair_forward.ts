/**
 * The exact fast forward over all pairs, for one layer of attention and neurons, and for the MLP. Python:
 * `latebloom.circuits.modular.pair_forward`, which explains it: a pre-activation at `=` is a sum of rows of tables,
 *
 *     pre[x, y] = c + Σ_h a_x[x, y, h] (T_x[x, h] - T_=[h]) + a_y[x, y, h] (T_y[y, h] - T_=[h]).
 */
import { lazily } from "./lazily";
import type { ModularModel } from "./modular_model";
import { isWhole, leftOfMap, turns, type Parts } from "./parts";
import type { Pass, Rows } from "./pass";
import { mixed, mixedTimes, multiply, ofRows, sum, type Mixture } from "./products";

/** Rows for x, for y and for `=`: n, n and one. */
interface Tables {
  x: Float32Array;
  y: Float32Array;
  equals: Float32Array;
}

/** A one-layer model on all pairs, without some of its parts. `whole`: the same model with all parts; null for itself. */
export function pairPass(model: ModularModel, without: Parts, whole: Pass | null): Pass {
  const rows = { from: 0, to: model.n };
  const made: Pass = lazily<Pass>({
    pattern: () => (whole === null ? patternOf(model, rows) : whole.pattern),
    // What is changed after the MLP leaves the neurons as they were.
    neurons: () => (whole !== null && leavesNeurons(without) ? whole.neurons : { n: model.n, width: model.width, mixture: neuronsOf(model, without, rows, made.pattern) }),
    logits: () => (whole !== null && leavesNeurons(without) ? changed(model, without, whole) : pairRows(model, without, rows, made)),
  });
  return made;
}

/** Logits of the rows of some x. `known`: the pass without these parts, whose pattern and tables are used. */
export function pairRows(model: ModularModel, without: Parts, rows: Rows, known: Pass | null): Float32Array {
  const size = model.n * model.heads * 3;
  const pattern = known === null ? patternOf(model, rows) : known.pattern && known.pattern.subarray(rows.from * size, rows.to * size);
  const neurons = known !== null && "mixture" in known.neurons ? ofRows(known.neurons.mixture, rows) : neuronsOf(model, without, rows, pattern);
  return mixedTimes(neurons, model.wLogit, aroundNeurons(model, without, rows, pattern));
}

function leavesNeurons({ heads, skipAttention }: Parts): boolean {
  return heads.length === 0 && !skipAttention;
}

/** Null for the MLP. */
function patternOf(model: ModularModel, rows: Rows): Float32Array | null {
  return model.unembed && attention(model, residuals(model), rows);
}

/** The neurons before the ReLU. */
function neuronsOf(model: ModularModel, without: Parts, rows: Rows, pattern: Float32Array | null): Mixture {
  const { n, width, at, embedding, embeddingY } = model;
  if (pattern === null) {
    const shares = new Float32Array(2 * n * (rows.to - rows.from)).fill(1);
    return { n, rows, heads: 1, columns: width, x: embedding.data, y: embeddingY.data, shares, constant: at.weights["mlp.b_in"]!.data };
  }
  const { "blocks.0.mlp.W_in": into, "blocks.0.mlp.b_in": added } = at.weights;
  return mixtureOf(model, without, rows, pattern, into!.data, added!.data);
}

/** What reaches the logits around the neurons. */
function aroundNeurons(model: ModularModel, without: Parts, rows: Rows, pattern: Float32Array | null): Mixture {
  const { n, unembed, bias } = model;
  const nothing = new Float32Array(0);
  if (pattern === null) return { n, rows, heads: 0, columns: n, x: nothing, y: nothing, shares: nothing, constant: bias };
  return mixtureOf(model, without, rows, pattern, mapAround(model, unembed!, without), bias);
}

/** The map from the residual stream before the MLP to the logits, around the MLP. */
function mapAround(model: ModularModel, unembed: Float32Array, without: Parts): Float32Array {
  const d = model.embedding.shape[1]!;
  return without.skipMlp ? leftOfMap(unembed, turns(without, d).aroundMlp, d) : unembed;
}

/** The logits of a pass that has the neurons of the whole one: what reaches the logits around the MLP changes linearly. */
function changed(model: ModularModel, without: Parts, whole: Pass): Float32Array {
  const { n, unembed } = model;
  if (unembed === null) return whole.logits;
  const change = mapAround(model, unembed, without).map((value, i) => value - unembed[i]!);
  return sum(whole.logits, mixed(mixtureOf(model, without, { from: 0, to: n }, whole.pattern!, change, new Float32Array(n))));
}

/** The residual stream after attention, times a map (d × columns), plus a constant row. */
function mixtureOf(model: ModularModel, without: Parts, rows: Rows, pattern: Float32Array, map: Float32Array, constant: Float32Array): Mixture {
  const { n, heads } = model;
  const d = model.embedding.shape[1]!;
  const streams = residuals(model);
  const columns = map.length / d;
  const removed = isWhole(without) ? map : leftOfMap(map, turns(without, d).beforeMlp, d);
  const maps = Array.from({ length: heads }, (_, h) => (without.heads.includes(h) ? removed : map));
  const { x, y, equals } = carried(model, streams, maps, columns);
  const skip = multiply(streams.equals, without.skipAttention ? removed : map, { rows: 1, inner: d, columns });
  const ofEquals = Array.from({ length: heads }, (_, h) => equals.subarray(h * columns, (h + 1) * columns));
  for (const table of [x, y]) for (let from = 0; from < table.length; from += equals.length) for (let i = 0; i < equals.length; i++) table[from + i]! -= equals[i]!;
  return { n, rows, heads, columns, shares: toOperands(pattern), x, y, constant: sum(skip, constant, ...ofEquals) };
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

/** Attention of `=` on the pairs of some x: pairs × heads × 3. */
function attention({ n, heads, at }: ModularModel, streams: Tables, rows: Rows): Float32Array {
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
  return softmax({ x: scores(streams.x), y: scores(streams.y), equals: scores(streams.equals) }, n, heads, rows);
}

function softmax(scores: Tables, n: number, heads: number, rows: Rows): Float32Array {
  const pattern = new Float32Array((rows.to - rows.from) * n * heads * 3);
  let to = 0;
  for (let x = rows.from; x < rows.to; x++)
    for (let y = 0; y < n; y++)
      for (let h = 0; h < heads; h++) {
        // Without arrays, which would be made for each pair and head.
        const toX = scores.x[x * heads + h]!;
        const toY = scores.y[y * heads + h]!;
        const toEquals = scores.equals[h]!;
        const top = Math.max(toX, toY, toEquals);
        const a = Math.exp(toX - top);
        const b = Math.exp(toY - top);
        const c = Math.exp(toEquals - top);
        const total = a + b + c;
        pattern[to++] = a / total;
        pattern[to++] = b / total;
        pattern[to++] = c / total;
      }
  return pattern;
}

/** The shares of x and y in a pattern: pairs × heads × 2. */
function toOperands(pattern: Float32Array): Float32Array {
  const shares = new Float32Array((pattern.length / 3) * 2);
  for (let from = 0, to = 0; from < pattern.length; from += 3) {
    shares[to++] = pattern[from]!;
    shares[to++] = pattern[from + 1]!;
  }
  return shares;
}

/** The output of each head at `=`, if it attends to one row alone, times its map from the residual stream. */
function carried({ heads, at }: ModularModel, streams: Tables, maps: Float32Array[], columns: number): Tables {
  const { "blocks.0.attn.W_V": values, "blocks.0.attn.W_O": outputs } = at.weights;
  const [, d, inside] = values!.shape as [number, number, number];
  const block = (all: Float32Array, h: number) => all.subarray(h * d * inside, (h + 1) * d * inside);
  const out = maps.map((map, h) => multiply(block(outputs!.data, h), map, { rows: inside, inner: d, columns }));
  const one = (stream: Float32Array) => {
    const count = stream.length / d;
    const table = new Float32Array(count * heads * columns);
    for (let h = 0; h < heads; h++) {
      const value = multiply(stream, block(values!.data, h), { rows: count, inner: d, columns: inside });
      const rows = multiply(value, out[h]!, { rows: count, inner: inside, columns });
      for (let i = 0; i < count; i++) table.set(rows.subarray(i * columns, (i + 1) * columns), (i * heads + h) * columns);
    }
    return table;
  };
  return { x: one(streams.x), y: one(streams.y), equals: one(streams.equals) };
}
