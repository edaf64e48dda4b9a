/** Excluded loss of group composition: train loss without the key representations. */
import type { JSX } from "preact";
import { type Curve, recorded, useCurves } from "../draw/curves";
import { grey, ink } from "../draw/palette";
import { StepLines } from "../draw/step_lines";
import { keyIrreps, representations } from "../irreps";
import { trainPairsAreKnown } from "../operands";
import { page } from "../page";
import { registerView } from "../registry";
import { irrep, logLoss } from "../state";
import { curve, irrepCurves } from "./irrep_curves";
import { MissingMeasure } from "./missing_measure";
import { NoIrreps } from "./no_irreps";

function ExcludedIrreps(): JSX.Element {
  const curves = useCurves(curvesOf, [irrep.value, representations(page())]);
  if (keyIrreps().length === 0) return <NoIrreps />;
  if (recorded("excluded_loss") === null) return <MissingMeasure what="Excluded loss" />;
  return <StepLines label="Excluded loss by step" yName="loss on the train set (nats)" curves={curves} log={logLoss.value} height={320} />;
}

function curvesOf(): Curve[] {
  const keys = keyIrreps();
  return [
    ...curve("excluded_loss", { label: "without all keys", colour: ink(), width: 2.25, dashed: true }),
    ...(keys.length > 1 ? irrepCurves("excluded_loss", keys, (name) => `without ${name}`) : []),
    ...curve("train_loss", { label: "train", colour: grey(), width: 2 }),
    ...curve("excluded_loss_control", { label: "without the others", colour: grey(), width: 1.25, dashed: true, faint: true }),
  ];
}

registerView({
  name: "excluded-irreps",
  title: "Excluded loss: the model without its representations",
  chapter: "growth",
  order: 10,
  size: "wide",
  isFor: (shown) => representations(shown) !== null && trainPairsAreKnown(),
  Body: ExcludedIrreps,
  help: "Train loss after the key representations are removed from the logits, all together and one at a time. Where a line rises above train loss, the model has begun to rely on that representation; the control removes those that are not key.",
});
