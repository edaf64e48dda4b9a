/** Digits as waves, and what each answer digit depends on. */
import type { JSX } from "preact";
import { useMemo } from "preact/hooks";
import { Bars } from "../draw/bars";
import { Computed } from "../draw/computed";
import { nearestSample, recorded } from "../draw/curves";
import { HeatMap } from "../draw/heatmap";
import { whole } from "../draw/numbers";
import { isDark, seriesColour } from "../draw/palette";
import { useQuantity } from "../engine/client";
import { page, type RunPage } from "../page";
import { registerView } from "../registry";
import { step } from "../state";
import "./sequence.css";

/** Shares of frequencies 1 … 5 on average over random orders of the digits: each has two of nine directions, 5 has one. */
const EVEN = [2, 2, 2, 2, 1].map((directions) => directions / 9);

function Spectrum(): JSX.Element {
  const answer = useQuantity("digit-spectrum", {}).value;
  const dark = isDark();
  const colour = useMemo(() => () => seriesColour(0), [dark]);
  return (
    <Computed answer={answer}>
      {({ frequencies, fraction }) =>
        fraction === null ? (
          <p class="missing">All digits have the same embedding, so its spectrum is not defined.</p>
        ) : (
          <Bars
            label="Share of the digits' embedding by frequency"
            x={frequencies}
            xName="frequency k"
            yName="share of the embedding"
            parts={[
              { label: "this step", values: fraction },
              { label: "digits in random order", values: EVEN },
            ]}
            colourOf={colour}
            named={[]}
          />
        )
      }
    </Computed>
  );
}

/** Factors of the right answer, as the measures name them. Python: `latebloom.circuits.digits.shares`. */
const FACTORS = { pair: "both digits above", sum: "sum mod 10", carry: "carry", both: "digits and carry", answer: "right answer" };

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
  help: "The bars show the embedding of the ten digits written as waves over 0 … 9. The maps show, for each digit of the answer (0 is the first), the share of the variance of the model's logits and neurons that is explained by the two digits above it, by the carry into it, and by both; digit 1 depends on its pair even in an untrained model, because its input is digit 0, which is the carry of that pair.",
});
