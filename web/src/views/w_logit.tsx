/** What each cluster of neurons writes to the answers. */
import { useMemo } from "preact/hooks";
import type { JSX } from "preact";
import { Computed } from "../draw/computed";
import { FrequencyChip } from "../draw/frequency_chip";
import { HeatMap } from "../draw/heatmap";
import { Lines } from "../draw/lines";
import { percent } from "../draw/numbers";
import { colourOf } from "../draw/palette";
import { basisRows, frequencyOfRow, rowLabel } from "../engine/basis";
import { useQuantity } from "../engine/client";
import { useOnScreen } from "../engine/on_screen";
import type { ClusterWeights } from "../engine/quantities/w_logit";
import { axisName, hasWaves } from "../operands";
import { page } from "../page";
import { registerView } from "../registry";
import { frequency, toggleFrequency } from "../state";
import "./circuit.css";

/** Clusters of other frequencies than the key ones are named while they are at most this many; so many labels fit on the axis, too. */
const MOST_NAMED = 12;

function WLogit(): JSX.Element {
  const { ref, visible } = useOnScreen();
  const answer = useQuantity("w-logit", {}, visible).value;
  return (
    <div ref={ref}>
      <Computed answer={answer}>
        {({ n, clusters }) => (clusters.length === 0 ? <p class="missing">No neuron is in a cluster at this step.</p> : <Written n={n} clusters={clusters} />)}
      </Computed>
    </div>
  );
}

function Written({ n, clusters }: { n: number; clusters: ClusterWeights[] }): JSX.Element {
  const lit = clusters.filter(({ k }) => k === frequency.value);
  const drawn = lit.length > 0 ? lit : clusters;
  const names = drawn.map(({ k }) => k).join();
  const values = useMemo(() => joined(drawn), [clusters, names]);
  const ks = useMemo(() => Array.from({ length: n >> 1 }, (_, i) => i + 1), [n]);
  const lines = useMemo(() => drawn.map((cluster) => ({ label: `cluster k = ${cluster.k}`, values: byFrequency(cluster, n), colour: colourOf(cluster.k) })), [clusters, names]);
  const rows = drawn.flatMap(({ k, neurons }) => neurons.map((neuron) => ({ k, neuron })));
  return (
    <>
      <Lines label="Output of each cluster by frequency" x={ks} xName={`frequency of the wave over ${axisName("z")}`} yName="norm over the cluster's neurons" lines={lines} height={170} onPick={(k) => toggleFrequency(Math.round(k))} />
      <HeatMap
        label="Output weights of the neurons in clusters, over waves of the answer"
        rows={rows.length}
        columns={n - 1}
        values={values}
        aspect={2.6}
        width={1400}
        rowName="neurons, by cluster"
        columnName={`wave over ${axisName("z")}`}
        rowLabel={(row) => `k = ${rows[row]!.k}, neuron ${rows[row]!.neuron}`}
        columnLabel={(column) => rowLabel(column + 1)}
        rowTicks={[]}
        columnTicks={spaced(drawn.map(({ k }) => basisRows(k, n)[0]! - 1), n / MOST_NAMED)}
        unit="weight"
        onPick={(_, column) => toggleFrequency(frequencyOfRow(column + 1))}
      />
      <ul class="shares">
        {named(clusters).map(({ k, neurons, share }) => (
          <li key={k}>
            <FrequencyChip k={k} /> {neurons.length} {neurons.length === 1 ? "neuron writes" : "neurons write"} {percent(share)} of {neurons.length === 1 ? "its" : "their"} energy along {wavesOf(k, n)}.
          </li>
        ))}
      </ul>
    </>
  );
}

/** Ascending places without those that are closer than `distance` to the one before: their labels would overlap. */
function spaced(places: number[], distance: number): number[] {
  return places.reduce<number[]>((kept, place) => (kept.length > 0 && place - kept[kept.length - 1]! < distance ? kept : [...kept, place]), []);
}

/** The rows of several clusters under one another. */
function joined(clusters: ClusterWeights[]): Float32Array {
  const values = new Float32Array(clusters.reduce((sum, { matrix }) => sum + matrix.length, 0));
  let at = 0;
  for (const { matrix } of clusters) {
    values.set(matrix, at);
    at += matrix.length;
  }
  return values;
}

/** Norm of the columns cos k and sin k together, for each k. */
function byFrequency({ norms }: ClusterWeights, n: number): number[] {
  return Array.from({ length: n >> 1 }, (_, i) => Math.hypot(...basisRows(i + 1, n).map((row) => norms[row - 1]!)));
}

function named(clusters: ClusterWeights[]): ClusterWeights[] {
  const keys = page().modular!.key_frequencies;
  return clusters.length <= MOST_NAMED ? clusters : clusters.filter(({ k }) => keys.includes(k) || k === frequency.value);
}

function wavesOf(k: number, n: number): string {
  return basisRows(k, n)
    .map((row) => `${rowLabel(row)}${axisName("z") === "z" ? "z" : ` ${axisName("z")}`}`)
    .join(" and ");
}

registerView({
  name: "w-logit",
  title: "What each cluster writes to the answers",
  chapter: "circuit",
  order: 60,
  size: "wide",
  isFor: hasWaves,
  Body: WLogit,
  help:
    "Each row of the map is one neuron of a cluster, and shows how its output to the answers z splits into waves over z. " +
    "If only the columns cos kz and sin kz of the cluster's own frequency have colour, its neurons turn their waves in x + y into cos w(x + y − z), which is largest at the right answer. " +
    "Above it: the same by frequency. Choose a frequency to see its cluster alone. The constant over z is left out: it raises all answers equally, which changes no probability.",
});
