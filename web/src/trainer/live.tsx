/** The insides of the model in training, redrawn a few times a second. */
import type { JSX } from "preact";
import { useMemo } from "preact/hooks";
import { Bars } from "../draw/bars";
import { Circle } from "../draw/circle";
import { HeatMap } from "../draw/heatmap";
import { percent } from "../draw/numbers";
import { grey, seriesColour } from "../draw/palette";
import { Switch } from "../draw/switch";
import type { RunPage } from "../page";
import { registerView, type View } from "../registry";
import { asText, inAddress } from "../url";
import { settings, snapshot } from "./client";
import { cyclicOrder, split } from "./examples";
import type { Snapshot } from "./protocol";

/** A view that shows nothing until there is a model. */
function live(Shown: (props: { now: Snapshot }) => JSX.Element): () => JSX.Element {
  return () => (snapshot.value === null ? <p class="waiting">Making the model …</p> : <Shown now={snapshot.value} />);
}

/** Colours of the trained model's own key frequencies: the page's belong to its run. */
function colourIn({ keys }: Snapshot): (k: number) => string {
  return (k) => (keys.includes(k) ? seriesColour(keys.indexOf(k)) : grey());
}

const Spectrum = live(({ now }) => {
  const { frequencies, cos, sin } = now.spectrum;
  const colourOf = useMemo(() => colourIn(now), [now.keys.join()]);
  return <Bars label="Embedding spectrum of the model in training" x={frequencies} xName="frequency k" yName="norm" parts={[{ label: "cos", values: cos }, { label: "sin", values: sin }]} colourOf={colourOf} named={now.keys} />;
});

const Circles = live(({ now }) => {
  const order = useMemo(() => cyclicOrder(settings.value), [settings.value]);
  return (
    <div class="circles">
      {now.planes.map(({ k, points, share }) => (
        <figure class="circle" key={k}>
          <Circle label={`Embedding of the model in training in the plane of frequency ${k}`} points={points} turn={(i) => ((k * i) % order.length) / order.length} nameOf={(i) => String(order[i])} ringed={[]} axes={["along cos", "along sin"]} />
          <figcaption>
            k = {k} {share === null ? "does not vary" : `explains ${percent(share)}`}
          </figcaption>
        </figure>
      ))}
    </div>
  );
});

const Neurons = live(({ now }) => {
  const { n, neurons, maps } = now.neurons;
  return (
    <div class="trainer-neurons">
      {neurons.map((neuron, i) => (
        <figure key={neuron}>
          <HeatMap label={`Neuron ${neuron} of the model in training over all pairs`} rows={n} columns={n} values={maps[i]!} map="sequential" range={[0, 255]} bare />
          <figcaption>neuron {neuron}</figcaption>
        </figure>
      ))}
    </div>
  );
});

/** Which pairs are drawn: "test", "train" or "all". */
const pairs = inAddress("train-pairs", "test", asText);

const Answers = live(({ now }) => {
  const chosen = settings.value;
  const order = useMemo(() => cyclicOrder(chosen), [chosen]);
  const { inTrain } = useMemo(() => split(chosen), [chosen]);
  const values = useMemo(() => visible(now.probability, order, inTrain, chosen.p, pairs.value), [now, pairs.value]);
  const isLogarithm = order[0] === 1;
  return (
    <>
      <div class="switches">
        <Switch label="Pairs on the map" options={[["test", "Test pairs"], ["train", "Training pairs"], ["all", "All"]]} value={pairs.value} onChange={(value) => (pairs.value = value)} />
      </div>
      <HeatMap
        label="Probability of the right answer of the model in training"
        rows={order.length}
        columns={order.length}
        values={values}
        map="sequential"
        range={[0, 1]}
        rowName={isLogarithm ? "log x" : "x"}
        columnName={isLogarithm ? "log y" : "y"}
        rowLabel={(row) => String(order[row])}
        columnLabel={(column) => String(order[column])}
      />
    </>
  );
});

/** The map with the pairs that are not wanted left blank. */
function visible(probability: Float32Array, order: number[], inTrain: Uint8Array, p: number, which: string): Float32Array {
  const n = order.length;
  if (which === "all") return probability;
  return probability.map((value, at) => ((inTrain[order[Math.floor(at / n)]! * p + order[at % n]!] === 1) === (which === "train") ? value : NaN));
}

const isFor = (shown: RunPage): boolean => shown.task.family === "modular";
const views: Omit<View, "chapter" | "isFor">[] = [
  { name: "train-spectrum", title: "Waves in its embedding", order: 2, Body: Spectrum, help: "The norm of the embedding along each wave over the numbers. At the start all waves are equal but for chance. A transformer that groks often keeps a few; an MLP can use all of them." },
  { name: "train-circles", title: "Its numbers on circles", order: 3, Body: Circles, help: "The numbers in the planes of the four strongest waves. A circle is a wave that the model has learned." },
  { name: "train-neurons", title: "Some of its neurons", order: 4, Body: Neurons, help: "The activations of eight neurons over all pairs, x down and y across, each on a scale of its own. Noise becomes waves." },
  { name: "train-answers", title: "Where it is right", order: 5, Body: Answers, help: "The probability that the model gives the right answer to each pair. Blank cells are pairs of the other set." },
];
for (const view of views) registerView({ ...view, chapter: "train", isFor });
