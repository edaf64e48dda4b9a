/** Restricted loss: the loss of the waves of the key frequencies alone. */
import { type Curve, recorded } from "../draw/curves";
import { grey, seriesColour } from "../draw/palette";
import { registerView } from "../registry";
import { hasPhase, waveView } from "./wave_losses";

/** Column, name, colour and stroke of each line; the first that a run has of the last two is its control. */
const LINES: [string, string, () => string, Partial<Curve>][] = [
  ["restricted_train_loss", "restricted, train", () => seriesColour(2), { width: 2.5 }],
  ["restricted_test_loss", "restricted, test", () => seriesColour(3), { width: 2, dashed: true }],
  ["train_loss", "train", () => seriesColour(0), { width: 1.5 }],
  ["test_loss", "test", () => seriesColour(1), { width: 1.5 }],
  ["restricted_loss_control", "random frequencies, all pairs", grey, { width: 1.5, dashed: true }],
];

const Restricted = waveView({
  label: "Restricted loss by step",
  yName: "loss (nats)",
  unit: "nats",
  log: true,
  curves: curvesOf,
  missing: "Restricted loss",
  isMissing: () => recorded("restricted_loss") === null,
  dots: ({ restricted: { all, train, test } }) => [
    train === null ? { y: all!, label: "restricted, all pairs", colour: seriesColour(2) } : { y: train, label: "restricted, train", colour: seriesColour(2) },
    ...(test === null ? [] : [{ y: test, label: "restricted, test", colour: seriesColour(3) }]),
  ],
});

/** Restricted loss on train and test, or on all pairs of a run without a split. */
function curvesOf(): Curve[] {
  const lines = recorded("restricted_train_loss") === null ? [["restricted_loss", "restricted, all pairs", () => seriesColour(2), { width: 2.5 }] as (typeof LINES)[number], ...LINES.slice(2)] : LINES;
  return lines.flatMap(([name, label, colour, stroke]) => {
    const series = recorded(name);
    return series === null ? [] : [{ label, ...series, ...stroke, colour: colour() }];
  });
}

registerView({
  name: "restricted",
  title: "Restricted loss: the waves alone",
  chapter: "growth",
  order: 0,
  isFor: hasPhase,
  Body: Restricted,
  help: "Loss if only the waves of the key frequencies are left in the logits. It falls as the circuit forms. The control keeps the same number of random frequencies instead.",
});
