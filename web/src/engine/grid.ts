/**
 * The model on all pairs of a modular task, as `latebloom.circuits.modular.grid.Grid`: operands and answers are in the
 * order of the task's group, so the Fourier basis over n positions is that in which the operation is addition.
 */
import { WHOLE, type Parts } from "./parts";
import { pairForward } from "./pair_forward";
import { plainForward } from "./plain_forward";
import type { Checkpoint } from "./quantity";
import type { Tensor } from "./pack";
import { shapeOf, type ModularModel } from "./modular_model";

export interface Grid {
  /** Positions: p, or p − 1 in a group without the value 0. */
  n: number;
  heads: number;
  /** Neurons. */
  width: number;
  /** s where the right answer is at position x + s·y mod n, else null. */
  sign: number | null;
  /** n × d: one row per operand; W_E, or W_in of the MLP. */
  embedding: Tensor;
  /** n × n × heads × 3, attention of `=` to x, y and `=`; null without attention. */
  pattern: Float32Array | null;
  /** n² × width, activations after the ReLU. */
  neurons: Float32Array;
  /** n² × n. */
  logits: Float32Array;
  /** width × n: the neurons' linear map to the logits. */
  wLogit: Float32Array;
  /** n²: position of the right answer; −1 where the operation is not defined. */
  labels: Int32Array;
  /** n²: 1 where the pair is in the training set. */
  train: Uint8Array;
}

/** Activations of all pairs, without what does not depend on the weights. */
export interface Activations {
  pattern: Float32Array | null;
  neurons: Float32Array;
  logits: Float32Array;
}

/** The grid of a checkpoint, computed once for as long as the checkpoint is kept. */
export function grid(at: Checkpoint): Grid {
  return at.once("grid", () => {
    const model = modularModel(at);
    const { n, heads, width, embedding, wLogit } = model;
    return { n, heads, width, embedding, wLogit, ...answers(at), ...forward(model, WHOLE) };
  });
}

/** The model of a checkpoint, its rows in the order of the page's operands and its columns in that of the answers. */
export function modularModel(at: Checkpoint): ModularModel {
  return at.once("modular-model", () => shapeOf(at));
}

/** Run a model on all pairs, without some of its parts. `whole`: the activations with all parts, if known. */
export function forward(model: ModularModel, without: Parts, whole: Activations | null = null): Activations {
  return model.layers === 1 && model.width > 0 ? pairForward(model, without, whole) : plainForward(model, without);
}

/** The right answers and the train set, which do not change with the checkpoint. */
function answers(at: Checkpoint): Pick<Grid, "labels" | "train" | "sign"> {
  const { order, labels, train } = at.facts.modular!;
  const n = order.x.length;
  const bits = Uint8Array.from(atob(train), (letter) => letter.charCodeAt(0));
  const p = at.facts.task.p!;
  const trained = (x: number, y: number) => (bits[(x * p + y) >> 3]! >> (7 - ((x * p + y) & 7))) & 1;
  return {
    labels: Int32Array.from(labels, (label) => Math.max(label, -1)),
    train: Uint8Array.from({ length: n * n }, (_, pair) => trained(order.x[Math.floor(pair / n)]!, order.y[pair % n]!)),
    sign: [1, -1].find((s) => labels.every((label, pair) => label === (Math.floor(pair / n) + s * (pair % n) + n) % n)) ?? null,
  };
}
