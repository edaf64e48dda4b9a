/** The weights of the linear model: one for each example, and one that all examples share. */
import type { JSX } from "preact";
import { useMemo } from "preact/hooks";
import { Computed } from "../draw/computed";
import { Lines } from "../draw/lines";
import { StepLines } from "../draw/step_lines";
import { seriesColour } from "../draw/palette";
import { useQuantity } from "../engine/client";
import { useEveryCheckpoint } from "../engine/every";
import type { Result } from "../engine/quantity";
import { sharedFeature } from "../extra";
import { page } from "../page";
import { registerView } from "../registry";
import { steps } from "../state";
import "./sequence.css";

type Weights = Result<"linear-weights">;

function SharedFeature(): JSX.Element {
  const trained = useMemo(trainedExamples, []);
  const answer = useQuantity("linear-weights", {}).value;
  const all = useEveryCheckpoint("linear-weights", {});
  return (
    <div class="maps">
      <div>
        <h4>Weight of each example, at this step</h4>
        <Computed answer={answer}>{(weights) => <ByExample weights={weights} trained={trained} />}</Computed>
      </div>
      {all && (
        <div>
          <h4>Means through training</h4>
          <Through all={all} trained={trained} />
        </div>
      )}
    </div>
  );
}

/** Whether each example is in the training set. */
function trainedExamples(): boolean[] {
  const bits = Uint8Array.from(atob(sharedFeature(page())!.train), (letter) => letter.charCodeAt(0));
  return Array.from({ length: Number(page().task.settings.examples) }, (_, i) => ((bits[i >> 3]! >> (7 - (i & 7))) & 1) === 1);
}

/** Trained examples first, so that the two groups stand side by side. */
function ByExample({ weights, trained }: { weights: Weights; trained: boolean[] }): JSX.Element {
  const order = useMemo(() => [...trained.keys()].sort((a, b) => Number(trained[b]) - Number(trained[a])), [trained]);
  const of = (group: boolean) => order.map((i) => (trained[i] === group ? weights.own[i]! : undefined));
  return (
    <Lines
      label="Weight of each example"
      x={order.map((_, i) => i + 1)}
      xName="example, those of the train set first"
      yName="weight"
      lines={[
        { label: "own, trained on", values: of(true), colour: seriesColour(0) },
        { label: "own, not seen", values: of(false), colour: seriesColour(1) },
        { label: "shared by all", values: order.map(() => weights.shared), colour: seriesColour(2), dashed: true },
      ]}
    />
  );
}

function Through({ all, trained }: { all: Weights[]; trained: boolean[] }): JSX.Element {
  const mean = (group: boolean) =>
    all.map(({ own }) => {
      const values = own.filter((_, i) => trained[i] === group);
      return values.length ? values.reduce((sum, value) => sum + value, 0) / values.length : null;
    });
  const x = steps.value;
  return (
    <StepLines
      label="Mean weights by step"
      yName="weight"
      curves={[
        { label: "own, trained on (mean)", x, values: mean(true), colour: seriesColour(0) },
        { label: "own, not seen (mean)", x, values: mean(false), colour: seriesColour(1) },
        { label: "shared by all", x, values: all.map(({ shared }) => shared), colour: seriesColour(2) },
      ]}
    />
  );
}

registerView({
  name: "shared-feature",
  title: "Memorising and general weights",
  chapter: "circuit",
  order: 20,
  isFor: (shown) => sharedFeature(shown) !== null && shown.run.model.kind === "linear",
  Body: SharedFeature,
  size: "wide",
  help: "The answer to an example depends on the sum of two weights: its own, which memorises that example alone, and the one that all examples share. For examples that were not seen in training, only the shared weight helps.",
});
