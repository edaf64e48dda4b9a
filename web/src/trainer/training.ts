/** One training: weights, AdamW and step, in the order and precision of `latebloom.training`. */
import type { Weights } from "../engine/pack";
import { split, type Pairs, type Split } from "./examples";
import { Arena } from "./kernels";
import { Mlp } from "./mlp";
import type { Batch, Model } from "./model";
import { OPTIMISER, type Settings } from "./settings";
import { Transformer } from "./transformer";

/** Losses in nats, accuracies as shares; null where there is no such pair. */
export interface Metrics {
  step: number;
  trainLoss: number;
  trainAccuracy: number;
  testLoss: number;
  testAccuracy: number;
  /** Σ w². */
  size: number;
}

export class Training {
  step = 0;
  /** The train loss was not a finite number before the next update. */
  diverged = false;
  readonly split: Split;
  private readonly model: Model;
  private readonly train: Batch;
  private readonly all: Batch;

  private constructor(
    private readonly arena: Arena,
    readonly settings: Settings,
  ) {
    this.split = split(settings);
    this.model = settings.model === "mlp" ? new Mlp(arena, settings) : new Transformer(arena, settings);
    this.train = batch(arena, this.split.train);
    this.all = batch(arena, this.split.all);
    this.model.parameters.initialise(settings.seed);
  }

  static async start(settings: Settings): Promise<Training> {
    return new Training(await Arena.open(), settings);
  }

  /** The update `step` → `step + 1` on the whole training set. */
  advance(): void {
    const { parameters } = this.model;
    this.arena.floats(parameters.slopes, parameters.size).fill(0);
    this.model.pass(this.train, true);
    if (!Number.isFinite(mean(this.arena.doubles(this.train.losses, this.train.count)))) {
      this.diverged = true;
      return;
    }
    this.update();
    this.step++;
  }

  private update(): void {
    const { weights, slopes, first, second, size } = this.model.parameters;
    const { betaFirst, betaSecond, epsilon, warmup } = OPTIMISER;
    const lr = this.settings.lr * Math.min(this.step / warmup, 1);
    const number = this.step + 1;
    const scale = lr / (1 - betaFirst ** number);
    const root = Math.sqrt(1 - betaSecond ** number);
    this.arena.kernels.adam(weights, slopes, first, second, size, betaFirst, betaSecond, 1 - lr * this.settings.decay, scale, root, epsilon);
  }

  /** Losses and accuracies of the present weights. */
  metrics(): Metrics {
    this.model.pass(this.all, false);
    const { inTrain, all } = this.split;
    const losses = this.arena.doubles(this.all.losses, this.all.count);
    const answers = this.arena.wholes(this.all.answers, this.all.count);
    const sums = [0, 1].map(() => ({ loss: 0, right: 0, count: 0 }));
    inTrain.forEach((trained, row) => {
      const sum = sums[trained]!;
      sum.loss += losses[row]!;
      sum.right += Number(answers[row] === all.labels[row]);
      sum.count++;
    });
    const [test, train] = [sums[0]!, sums[1]!];
    return {
      step: this.step,
      trainLoss: train.loss / train.count,
      trainAccuracy: train.right / train.count,
      testLoss: test.loss / test.count,
      testAccuracy: test.right / test.count,
      size: this.model.parameters.sumSquared(),
    };
  }

  weights(): Weights {
    return this.model.parameters.copied();
  }
}

function batch(arena: Arena, { x, y, labels }: Pairs): Batch {
  const count = x.length;
  return {
    count,
    x: arena.integers(x),
    y: arena.integers(y),
    labels: arena.integers(labels),
    losses: arena.allocate(8 * count),
    answers: arena.allocate(4 * count),
  };
}

function mean(values: Float64Array): number {
  let sum = 0;
  for (const value of values) sum += value;
  return sum / values.length;
}
