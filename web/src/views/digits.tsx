/** Digits as waves, and what each answer digit depends on. */
import type { JSX } from "preact";
import { HeatMap } from "../draw/heatmap";
import { Lines } from "../draw/lines";
import { whole } from "../draw/numbers";
import { seriesColour } from "../draw/palette";
import { useQuantity } from "../engine/client";
import { nearestSample, recorded } from "../draw/curves";
import { page, type RunPage } from "../page";
import { registerView } from "../registry";
import { step } from "../state";
import "./sequence.css";

/** Directions without a constant in the embedding of ten digits; in a random order each has the same share on average. */
const DIRECTIONS = 9;

function Spectrum(): JSX.Element {
  const { value, error } = useQuantity("digit-spectrum", {}).value;
  if (error) return <p class="error">{error}</p>;
  if (!value) return <p class="waiting">Computing …</p>;
  if (value.fraction === null) return <p>All digits have the same embedding, so its spectrum is not defined.</p>;
  const even = value.frequencies.map((k) => (2 * k === 10 ? 1 : 2) / DIRECTIONS);
  return (
    <Lines
      label="Share of the digits' embedding by frequency"
      x={value.frequencies}
      xName="frequency k"
      yName="share of the embedding"
      lines={[
        { label: "this step", values: value.fraction, colour: seriesColour(0) },
        { label: "digits in random order", values: even, colour: seriesColour(1), dashed: true },
      ]}
      yRange={[0, 1]}
    />
  );
}

/** Factors of the right answer, as the measures name them. Python: `latebloom.circuits.digits.shares`. */
const FACTORS = { pair: "both digits above", sum: "their sum mod 10", carry: "carry", both: "digits and carry", answer: "right answer" };

function Dependence({ of }: { of: "neurons" | "logits" }): JSX.Element | null {
  const places = Array.from({ length: Number(page().task.settings.digits) + 1 }, (_, place) => place);
  const at = step.value ?? 0;
  const sample = (factor: string, place: number) => {
    const series = recorded(`${of}_fve_${factor}.digit_${place}`);
    return series && nearestSample(series.x, series.values, at);
  };
  const value = (factor: string, place: number) => sample(factor, place)?.value ?? NaN;
  const factors = Object.keys(FACTORS).filter((factor) => places.some((place) => !Number.isNaN(value(factor, place))));
  if (factors.length === 0) return null;
  const measured = places.flatMap((place) => factors.map((factor) => sample(factor, place))).find((found) => found !== null)!;
  return (
    <div>
      <h4>
        {of}, step {whole(measured!.x)}
      </h4>
      <HeatMap
        label={`Variance of the ${of} that each factor explains`}
        rows={factors.length}
        columns={places.length}
        values={factors.flatMap((factor) => places.map((place) => value(factor, place)))}
        map="sequential"
        range={[0, 1]}
        unit="of the variance"
        rowName="factor"
        columnName="answer digit"
        rowLabel={(index) => FACTORS[factors[index] as keyof typeof FACTORS]}
        columnLabel={String}
      />
    </div>
  );
}

function Digits(): JSX.Element {
  return (
    <div class="maps">
      <div>
        <h4>Waves in the digits' embedding</h4>
        <Spectrum />
      </div>
      <Dependence of="logits" />
      <Dependence of="neurons" />
    </div>
  );
}

function isFor(shown: RunPage): boolean {
  return shown.task.family === "digits" && shown.run.model.kind === "transformer";
}

registerView({
  name: "digit-waves",
  title: "Digits as waves, and what each answer digit depends on",
  chapter: "circuit",
  order: 20,
  isFor,
  Body: Digits,
  size: "wide",
  help: "Left: the embedding of the ten digits written as waves over 0 … 9. The maps show, for each digit of the answer (0 is the first), the share of the variance of the model's logits and neurons that is explained by the two digits above it, by the carry into it, and by both; digit 1 depends on its pair even in an untrained model, because its input is digit 0, which is the carry of that pair.",
});
