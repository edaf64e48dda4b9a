/** Checkpoints that are not packed: those of a model that was trained in the page. */
import type { Weights } from "./pack";

export interface LooseCheckpoint {
  step: number;
  weights: Weights;
}

export class Loose {
  /** Steps ascend. */
  constructor(private readonly checkpoints: LooseCheckpoint[]) {}

  get steps(): number[] {
    return this.checkpoints.map(({ step }) => step);
  }

  /** The weights of the checkpoint at this index. */
  weights(index: number): Promise<Weights> {
    const kept = this.checkpoints[index];
    return kept ? Promise.resolve(kept.weights) : Promise.reject(new Error(`checkpoint: got ${index}, expected 0 to ${this.checkpoints.length - 1}`));
  }
}
