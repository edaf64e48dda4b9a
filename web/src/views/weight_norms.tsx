/** Sum of squared weights, over all and by tensor. */
import type { JSX } from "preact";
import { type Curve, recorded, recordedUnder, useCurves } from "../draw/curves";
import { COLOURS, ink, seriesColour } from "../draw/palette";
import { StepLines } from "../draw/step_lines";
import { page } from "../page";
import { registerView } from "../registry";
import { MissingMeasure } from "./missing_measure";

function WeightNorms(): JSX.Element {
  const curves = useCurves(curvesOf);
  return (
    <>
      <StepLines label="Sum of squared weights by step" yName="sum of squares" curves={curves} log />
      {curves.length < 2 && page().measures.step.length === 0 && <MissingMeasure what="The sum of squares of each weight matrix" />}
    </>
  );
}

/** All weights together, and each weight matrix; biases and positions are small and stay out, as in the figure. */
function curvesOf(): Curve[] {
  const total = recorded("sum_squared_weights");
  const matrices = recordedUnder("sum_squared_weights").filter(([tensor]) => tensor.includes("W_") && !tensor.endsWith("W_pos"));
  return [
    ...(total === null ? [] : [{ label: "all weights", ...total, colour: ink(), width: 2.5 }]),
    ...matrices.map(([tensor, series], index) => ({ label: tensor, ...series, colour: seriesColour(index), width: 1.5, dashed: index >= COLOURS })),
  ];
}

registerView({
  name: "weight-norms",
  title: "Size of the weights",
  chapter: "training",
  order: 10,
  isFor: () => recorded("sum_squared_weights") !== null,
  Body: WeightNorms,
  help: "Where weight decay pulls the weights towards zero, their sum of squares is the price of a solution. It often falls when a cheaper solution replaces a memorised one.",
});
