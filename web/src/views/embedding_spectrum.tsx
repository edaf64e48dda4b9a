/** How much of the embedding lies along each wave, at the step in view and through training. */
import type { JSX } from "preact";
import { useMemo } from "preact/hooks";
import { Bars } from "../draw/bars";
import { Computed } from "../draw/computed";
import { recordedUnder } from "../draw/curves";
import { HeatMap } from "../draw/heatmap";
import { whole } from "../draw/numbers";
import { colourOf, isDark } from "../draw/palette";
import { useStepInSight } from "../draw/step_in_sight";
import { useQuantity } from "../engine/client";
import { hasWaves } from "../operands";
import { page } from "../page";
import { registerView } from "../registry";
import { frequency, toggleFrequency, wantedStep } from "../state";
import { MissingMeasure } from "./missing_measure";

function EmbeddingSpectrum(): JSX.Element {
  const answer = useQuantity("embedding-spectrum", {}).value;
  const dark = isDark();
  const colour = useMemo(() => (k: number) => colourOf(k), [dark]);
  return (
    <>
      <Computed answer={answer}>
        {(value) => (
          <Bars
            label="Waves in the embedding"
            x={value.frequencies}
            xName="frequency k"
            yName="norm of the embedding"
            parts={[
              { label: "cos", values: value.cos },
              { label: "sin", values: value.sin },
            ]}
            colourOf={colour}
            named={page().modular!.key_frequencies}
            lit={frequency.value}
            onPick={toggleFrequency}
          />
        )}
      </Computed>
      <Strip />
    </>
  );
}

/** Share of the embedding's energy at each frequency, at every step that was measured. */
function Strip(): JSX.Element {
  const strip = useMemo(readStrip, [page().measures]);
  const at = useStepInSight();
  if (strip === null) return <MissingMeasure what="The spectrum through training" />;
  const { steps, ks, values } = strip;
  const nearest = at === null ? null : indexOfNearest(steps, at);
  return (
    <HeatMap
      label="Spectrum of the embedding through training"
      rows={ks.length}
      columns={steps.length}
      values={values}
      map="sequential"
      unit="of the energy"
      rowName="frequency k"
      columnName="step"
      rowLabel={(row) => String(ks[row])}
      rowTicks={ks.flatMap((k, row) => (k % 10 === 0 ? [row] : []))}
      columnLabel={(column) => whole(steps[column]!)}
      markedColumn={nearest}
      markedRow={frequency.value === null ? null : ks.indexOf(frequency.value)}
      onPick={(row, column) => {
        wantedStep.value = steps[column]!;
        if (frequency.value !== ks[row]) toggleFrequency(ks[row]!);
      }}
      aspect={2.1}
      width={1200}
    />
  );
}

interface StripOfShares {
  steps: number[];
  ks: number[];
  /** Row-major, one row per frequency; NaN where a share is not defined. */
  values: Float32Array;
}

function readStrip(): StripOfShares | null {
  const columns = recordedUnder("embedding_fraction").map(([name, series]) => ({ k: Number(name.slice(1)), series }));
  if (columns.length === 0) return null;
  columns.sort((a, b) => a.k - b.k);
  const steps = columns[0]!.series.x;
  return { steps, ks: columns.map(({ k }) => k), values: Float32Array.from(columns.flatMap(({ series }) => series.values.map((value) => value ?? NaN))) };
}

function indexOfNearest(all: number[], value: number): number {
  return all.reduce((best, each, index) => (Math.abs(each - value) < Math.abs(all[best]! - value) ? index : best), 0);
}

registerView({
  name: "embedding-spectrum",
  title: "Waves in the embedding",
  chapter: "circuit",
  order: 0,
  isFor: hasWaves,
  Body: EmbeddingSpectrum,
  help: "Each number has a learned vector. Here these vectors are written as waves over the numbers: a tall bar is a wave that the model uses. Below, each column is a step of training, and a dark row is a frequency that stays.",
});
