/** Loss and accuracy over the pairs of a modular task. Python: `Grid.pair_losses` and `Grid.mean`. */
import type { Grid } from "./grid";

/** Over all pairs, and over the two parts; null where a part has no pairs, or the run does not say which they are. */
export interface Parted {
  all: number | null;
  train: number | null;
  test: number | null;
}

export interface Losses {
  /** Mean cross-entropy among the n answers, in nats. */
  loss: Parted;
  /** Share of the pairs whose largest logit is the right answer. */
  accuracy: Parted;
}

/** Of logits (n² × n), in float64, over the pairs on which the operation is defined. */
export function losses(logits: Float32Array, { n, labels, train }: Pick<Grid, "n" | "labels" | "train">): Losses {
  const counts = [0, 0];
  const sums = [0, 0];
  const right = [0, 0];
  for (let pair = 0; pair < n * n; pair++) {
    const label = labels[pair]!;
    if (label < 0) continue;
    const part = train[pair]!;
    const from = pair * n;
    let best = 0;
    for (let z = 1; z < n; z++) if (logits[from + z]! > logits[from + best]!) best = z;
    const top = logits[from + best]!;
    let total = 0;
    for (let z = 0; z < n; z++) total += Math.exp(logits[from + z]! - top);
    counts[part]!++;
    sums[part]! += Math.log(total) - (logits[from + label]! - top);
    right[part]! += Number(best === label);
  }
  return { loss: parted(sums, counts), accuracy: parted(right, counts) };
}

function parted([test, train]: number[], [tests, trained]: number[]): Parted {
  const known = trained! > 0;
  const share = (sum: number, count: number) => (count > 0 ? sum / count : null);
  return {
    all: share(test! + train!, tests! + trained!),
    train: share(train!, trained!),
    test: known ? share(test!, tests!) : null,
  };
}
