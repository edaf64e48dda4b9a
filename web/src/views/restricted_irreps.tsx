/** Restricted loss of group composition: the loss of the key representations alone. */
import type { JSX } from "preact";
import { type Curve, recorded, useCurves } from "../draw/curves";
import { grey, ink } from "../draw/palette";
import { StepLines } from "../draw/step_lines";
import { keyIrreps, representations } from "../irreps";
import { page } from "../page";
import { registerView } from "../registry";
import { irrep, logLoss } from "../state";
import { curve, irrepCurves } from "./irrep_curves";
import { MissingMeasure } from "./missing_measure";
import { NoIrreps } from "./no_irreps";

function RestrictedIrreps(): JSX.Element {
  const curves = useCurves(curvesOf, [irrep.value, representations(page())]);
  if (keyIrreps().length === 0) return <NoIrreps />;
  if (recorded("restricted_loss") === null) return <MissingMeasure what="Restricted loss" />;
  return <StepLines label="Restricted loss by step" yName="loss (nats)" curves={curves} log={logLoss.value} height={320} />;
}

function curvesOf(): Curve[] {
  const keys = keyIrreps();
  return [
    ...ofAllKeys(),
    ...(keys.length > 1 ? irrepCurves("restricted_loss", keys, (name) => `${name} alone`) : []),
    ...curve("train_loss", { label: "train", colour: grey(), width: 1.5 }),
    ...curve("test_loss", { label: "test", colour: grey(), width: 1.5, dashed: true }),
    ...curve("restricted_loss_control", { label: "not key", colour: grey(), width: 1.25, dashed: true, faint: true }),
  ];
}

/** On train and test, or on all pairs of a run without a split. */
function ofAllKeys(): Curve[] {
  if (recorded("restricted_train_loss") === null) return curve("restricted_loss", { label: "all keys", colour: ink(), width: 2.5 });
  return [
    ...curve("restricted_train_loss", { label: "all keys, train", colour: ink(), width: 2.5 }),
    ...curve("restricted_test_loss", { label: "all keys, test", colour: ink(), width: 2.5, dashed: true }),
  ];
}

registerView({
  name: "restricted-irreps",
  title: "Restricted loss: the key representations alone",
  chapter: "growth",
  order: 0,
  size: "wide",
  isFor: (shown) => representations(shown) !== null,
  Body: RestrictedIrreps,
  help: "Loss if only the functions of the product x∘y that lie in the key representations are left in the logits, all together and one at a time. It falls as the circuit forms. The control keeps the representations that are not key instead.",
});
