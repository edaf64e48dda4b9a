/**
 * The model on all pairs of a modular task, as `latebloom.circuits.modular.grid.Grid`: operands and answers are in the
 * order of the task's group, so the Fourier basis over n positions is that in which the operation is addition.
 */
import type { Checkpoint } from "./quantity";
import type { Tensor } from "./pack";

export interface Grid {
  /** Positions: p, or p − 1 in a group without the value 0. */
  n: number;
  heads: number;
  /** Neurons. */
  width: number;
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

/** The grid of a checkpoint, computed once for as long as the checkpoint is kept. */
export function grid(at: Checkpoint): Grid {
  return at.once("grid", () => {
    throw new Error("not yet");
  });
}
