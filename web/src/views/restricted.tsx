/** Restricted loss: the loss of the waves of the key frequencies alone. */
import type { JSX } from "preact";
import { useMemo } from "preact/hooks";
import { type Curve, recorded, useCurves } from "../draw/curves";
import type { Dot } from "../draw/lines";
import { grey, isDark, seriesColour } from "../draw/palette";
import { StepLines } from "../draw/step_lines";
import { registerView } from "../registry";
import { MissingMeasure } from "./missing_measure";
import { hasKeys, NoKeys } from "./no_keys";
import { Computed, hasPhase, useWaveLosses } from "./wave_losses";

/** Column, name, colour and stroke of each line; the first that a run has of the last two is its control. */
const LINES: [string, string, () => string, Partial<Curve>][] = [
  ["restricted_train_loss", "restricted, train", () => seriesColour(2), { width: 2.5 }],
  ["restricted_test_loss", "restricted, test", () => seriesColour(3), { width: 2, dashed: true }],
  ["train_loss", "train", () => seriesColour(0), { width: 1.5 }],
  ["test_loss", "test", () => seriesColour(1), { width: 1.5 }],
  ["restricted_loss_control", "random frequencies", grey, { width: 1.5, dashed: true }],
];

function Restricted(): JSX.Element {
  const dark = isDark();
  const { answer } = useWaveLosses();
  const curves = useCurves(curvesOf);
  const dots = useMemo(() => {
    const { value, step } = answer;
    if (!value || step === null) return [];
    const { all, train, test } = value.restricted;
    return [
      ...(train === null ? [{ x: step, y: all, label: "restricted", colour: seriesColour(2) }] : [{ x: step, y: train, label: "restricted, train", colour: seriesColour(2) }]),
      ...(test === null ? [] : [{ x: step, y: test, label: "restricted, test", colour: seriesColour(3) }]),
    ] as Dot[];
  }, [answer, dark]);
  if (!hasKeys()) return <NoKeys />;
  if (recorded("restricted_loss") === null) return <MissingMeasure what="Restricted loss" />;
  return (
    <>
      <StepLines label="Restricted loss by step" yName="loss (nats)" curves={curves} dots={dots} log />
      {answer.error && <p class="error">{answer.error}</p>}
      <Computed step={answer.step} dots={dots} unit="nats" />
    </>
  );
}

/** Restricted loss on train and test, or on all pairs of a run without a split. */
function curvesOf(): Curve[] {
  const lines = recorded("restricted_train_loss") === null ? [["restricted_loss", "restricted", () => seriesColour(2), { width: 2.5 }] as (typeof LINES)[number], ...LINES.slice(2)] : LINES;
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
