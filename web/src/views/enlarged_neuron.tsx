/** One neuron: its map, the waves that it consists of, and the few of one frequency that explain most of it. */
import { useComputed, useSignal } from "@preact/signals";
import type { JSX } from "preact";
import { useEffect } from "preact/hooks";
import { Computed } from "../draw/computed";
import { FrequencyChip } from "../draw/frequency_chip";
import { HeatMap } from "../draw/heatmap";
import { percent, shown } from "../draw/numbers";
import { PairMap } from "../draw/pair_map";
import { basisRows, rowLabel } from "../engine/basis";
import { useQuantity } from "../engine/client";
import { useOnScreen } from "../engine/on_screen";
import type { NeuronInFull } from "../engine/quantities/neuron";
import { axisName } from "../operands";

/** Terms below this share of the largest are left out of the formula: they are below its three digits. */
const NEGLIGIBLE = 1e-3;

export function EnlargedNeuron({ number }: { number: number }): JSX.Element {
  const { ref, visible } = useOnScreen();
  const wanted = useSignal(number);
  useEffect(() => void (wanted.value = number), [number]);
  const answer = useQuantity("neuron", useComputed(() => ({ neuron: wanted.value })), visible).value;
  return (
    <section class="enlarged" ref={ref} aria-label={`Neuron ${number}`}>
      <Computed answer={answer}>{(found) => <InFull found={found} />}</Computed>
    </section>
  );
}

function InFull({ found }: { found: NeuronInFull }): JSX.Element {
  const { n, neuron, activation, polynomial, coefficients, frequency, fve, formula } = found;
  const most = Math.max(...activation) || 1;
  const rows = [0, ...basisRows(frequency, n)];
  const block = rows.flatMap((inY) => rows.map((inX) => coefficients[inX * n + inY]!));
  // The label of the constant has no place beside that of a low frequency.
  const ticks = rows[1]! > n / 6 ? [0, rows[1]!] : [rows[1]!];
  const top = largestButFirst(coefficients);
  return (
    <>
      <h4>
        Neuron {neuron} <FrequencyChip k={frequency} />
      </h4>
      {fve === null ? (
        <p class="formula">Neuron {neuron} is constant over all pairs.</p>
      ) : (
        <p class="formula">
          Neuron {neuron} ≈ {written(formula)}, which explains <strong>{percent(fve)}</strong> of its variance.
        </p>
      )}
      <div class="pair-maps">
        <figure>
          <PairMap label={`Neuron ${neuron}`} values={activation} map="sequential" range={[0, most]} unit="activation" />
          <figcaption>The neuron itself</figcaption>
        </figure>
        <figure>
          <PairMap label={`Neuron ${neuron}: waves of k = ${frequency} alone`} values={polynomial} map="sequential" range={[0, most]} unit="activation" />
          <figcaption>Nine terms of k = {frequency} alone, on the same scale</figcaption>
        </figure>
        <figure>
          <HeatMap
            label={`Neuron ${neuron} as products of waves`}
            rows={n}
            columns={n}
            values={transposed(coefficients, n)}
            range={[-top, top]}
            rowName={`wave in ${axisName("y")}`}
            columnName={`wave in ${axisName("x")}`}
            rowLabel={rowLabel}
            columnLabel={rowLabel}
            rowTicks={ticks}
            columnTicks={ticks}
            unit="coefficient"
          />
          <figcaption>Strength of each product (wave in x) × (wave in y)</figcaption>
        </figure>
        <figure>
          <HeatMap
            label={`Neuron ${neuron}: products of waves of k = ${frequency}`}
            rows={rows.length}
            columns={rows.length}
            values={block}
            range={[-top, top]}
            rowName={`wave in ${axisName("y")}`}
            columnName={`wave in ${axisName("x")}`}
            rowLabel={(row) => rowLabel(rows[row]!)}
            columnLabel={(column) => rowLabel(rows[column]!)}
            unit="coefficient"
          />
          <figcaption>The terms of k = {frequency}, enlarged; the colour scale leaves out the constant</figcaption>
        </figure>
      </div>
    </>
  );
}

function largestButFirst(values: Float32Array): number {
  return values.subarray(1).reduce((most, value) => Math.max(most, Math.abs(value)), 0) || 1;
}

function transposed(values: Float32Array, n: number): Float32Array {
  return values.map((_, i) => values[(i % n) * n + Math.floor(i / n)]!);
}

/** "1.2 − 0.31 cos 5x + …": the terms whose amplitudes show in three digits. */
function written(formula: NeuronInFull["formula"]): string {
  const most = Math.max(...formula.map(({ value }) => Math.abs(value)));
  const kept = formula.filter(({ value }) => Math.abs(value) > NEGLIGIBLE * most);
  const terms = kept.map(({ term, value }, i) => {
    const sign = value < 0 ? "− " : i > 0 ? "+ " : "";
    return `${sign}${shown(Math.abs(value))}${term === "1" ? "" : ` ${term}`}`;
  });
  return terms.join(" ");
}
