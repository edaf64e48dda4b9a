/**
 * The model on all pairs of a modular task, as `latebloom.circuits.modular.grid.Grid`: operands and answers are in the
 * order of the task's group, so the Fourier basis over n positions is that in which the operation is addition.
 */
import { answers, type Answers } from "./answers";
import { modularModel } from "./modular_model";
import { allNeurons } from "./neurons";
import { pass, type Pass } from "./pass";
import type { Checkpoint } from "./quantity";
import type { Tensor } from "./pack";

/** Activations are computed when they are first read: a view of the attention needs no logits. */
export interface Grid extends Answers, Omit<Pass, "neurons"> {
  heads: number;
  /** Neurons. */
  width: number;
  /** n² × width, after the ReLU. Large: views read what they need by `neurons.ts`. */
  neurons: Float32Array;
  /** n × d: one row per operand; W_E, or W_in of the MLP. */
  embedding: Tensor;
  /** width × n: the neurons' linear map to the logits. */
  wLogit: Float32Array;
}

/** The grid of a checkpoint, for as long as the checkpoint is kept. */
export function grid(at: Checkpoint): Grid {
  return at.once("grid", () => {
    const { n, heads, width, embedding, wLogit } = modularModel(at);
    const { sign, labels, train } = answers(at);
    return {
      n, heads, width, embedding, wLogit, sign, labels, train,
      get pattern() {
        return pass(at).pattern;
      },
      get neurons() {
        return allNeurons(pass(at).neurons);
      },
      get logits() {
        return pass(at).logits;
      },
    };
  });
}
