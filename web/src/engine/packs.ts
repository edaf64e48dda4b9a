/** Several packs as one, in order of their steps: a run in training sends its newer checkpoints in packs of their own. */
import { Pack, type Weights } from "./pack";

export class Packs {
  private readonly packs: Pack[] = [];
  readonly steps: number[] = [];

  /** Add the checkpoints of a pack, all of which come later than those that are here. Its last one is unpacked at once. */
  async add(bytes: Uint8Array): Promise<void> {
    const pack = Pack.read(bytes);
    await pack.weights(pack.steps.length - 1);
    this.packs.push(pack);
    this.steps.push(...pack.steps);
  }

  weights(index: number): Promise<Weights> {
    let left = index;
    for (const pack of this.packs) {
      if (left < pack.steps.length) return pack.weights(left);
      left -= pack.steps.length;
    }
    return Promise.reject(new Error(`checkpoint ${index}: expected 0 to ${this.steps.length - 1}`));
  }
}
