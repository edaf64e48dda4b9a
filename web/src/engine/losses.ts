/** Loss and accuracy over the pairs of a modular task. Python: `Grid.pair_losses` and `Grid.mean`. */
import { answers, turnOf, type Answers } from "./answers";
import { crossEntropy } from "./cross_entropy";
import { pairLosses, type ByTurn, type PairLosses } from "./pair_losses";
import { pass } from "./pass";
import type { Checkpoint } from "./quantity";

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

/** Of the model as it is, pair by pair. */
export function wholeLosses(at: Checkpoint): PairLosses {
  return at.once("pair-losses", () => pairLosses(pass(at).logits, answers(at)));
}

/** Of logits (n² × n), less rows by x + s·y mod n. */
export function losses(logits: Float32Array, known: Answers, less: ByTurn | null = null): Losses {
  return means(pairLosses(logits, known, less), known);
}

/** Means over the pairs on which the operation is defined. */
export function means({ loss, right }: PairLosses, known: Answers): Losses {
  return { loss: parted(loss, known), accuracy: parted(right, known) };
}

/** Of logits that are a function of x + s·y mod n, n × n: one loss for each sum, because the answer is the sum. */
export function lossesByTurn(table: Float64Array, sign: number, known: Answers): Losses {
  const { n } = known;
  const rows = Array.from({ length: n }, (_, t) => table.subarray(t * n, (t + 1) * n));
  const loss = rows.map(crossEntropy);
  const right = rows.map((row, t) => Number(row.indexOf(row.reduce((most, value) => Math.max(most, value))) === t));
  const spread = (by: number[]) => Float64Array.from({ length: n * n }, (_, pair) => by[turnOf(Math.floor(pair / n), pair % n, n, sign)]!);
  return { loss: parted(spread(loss), known), accuracy: parted(spread(right), known) };
}

/** The mean of numbers by pair, and of its parts. */
export function parted(values: ArrayLike<number>, { labels, train }: Answers): Parted {
  const sums = [0, 0];
  const counts = [0, 0];
  for (let pair = 0; pair < labels.length; pair++) {
    if (labels[pair]! < 0) continue;
    sums[train[pair]!]! += values[pair]!;
    counts[train[pair]!]!++;
  }
  const mean = (sum: number, count: number) => (count > 0 ? sum / count : null);
  const [test, trained] = counts as [number, number];
  return {
    all: mean(sums[0]! + sums[1]!, test + trained),
    train: mean(sums[1]!, trained),
    test: trained > 0 ? mean(sums[0]!, test) : null,
  };
}
