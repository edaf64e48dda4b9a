/** All neurons as small maps over the pairs, by the frequency of their cluster, and one of them enlarged. */
import { useComputed } from "@preact/signals";
import type { JSX } from "preact";
import { Computed } from "../draw/computed";
import { FrequencyChip } from "../draw/frequency_chip";
import { percent } from "../draw/numbers";
import { useQuantity } from "../engine/client";
import type { Clusters } from "../engine/clusters";
import { useOnScreen } from "../engine/on_screen";
import { hasWaves } from "../operands";
import { page } from "../page";
import { registerView } from "../registry";
import { frequency, neuron } from "../state";
import "./circuit.css";
import { EnlargedNeuron } from "./enlarged_neuron";
import { NeuronGroup } from "./neuron_group";

interface Group {
  /** Null for neurons of several frequencies. */
  k: number | null;
  name: string;
  /** The best explained first. */
  neurons: number[];
}

function NeuronGallery(): JSX.Element {
  const { ref, visible } = useOnScreen();
  const answer = useQuantity("clusters", {}, visible).value;
  return (
    <div ref={ref}>
      <Computed answer={answer}>{(found) => (found.live.length === 0 ? <p class="note">This model has no neurons.</p> : <Gallery found={found} />)}</Computed>
    </div>
  );
}

function Gallery({ found }: { found: Clusters }): JSX.Element {
  const groups = grouped(found);
  const first = groups[0]?.neurons[0] ?? 0;
  const enlarged = useComputed(() => neuron.value);
  const shown = enlarged.value !== null && enlarged.value < found.live.length ? enlarged.value : first;
  return (
    <>
      <EnlargedNeuron number={shown} />
      <p class="note">{counted(found)}</p>
      {groups.map(({ k, name, neurons }) => (
        <NeuronGroup key={name} neurons={neurons} name={name} enlarged={shown} describe={(one) => described(found, one)}>
          {k === null ? <strong>{name}</strong> : <FrequencyChip k={k} />} {neurons.length} {neurons.length === 1 ? "neuron" : "neurons"}
        </NeuronGroup>
      ))}
    </>
  );
}

function described({ frequency: best, fve }: Clusters, one: number): string {
  return `Neuron ${one}: k = ${best[one]} explains ${percent(fve[one]!)}`;
}

function counted({ live, clustered }: Clusters): string {
  const alive = live.reduce((sum, flag) => sum + flag, 0);
  const inCluster = clustered.reduce((sum, flag) => sum + flag, 0);
  const silent = live.length - alive;
  const dead = silent === 0 ? "" : ` ${silent} ${silent === 1 ? "neuron is" : "neurons are"} constant over all pairs and not drawn.`;
  return `At this step ${inCluster} of ${alive} live neurons are in a cluster (${alive === 0 ? "not defined" : percent(inCluster / alive)}).${dead}`;
}

/** Clusters of key frequencies, the lit one first; then those of all other frequencies, and the neurons in none. */
function grouped({ frequency: best, fve, live, clustered }: Clusters): Group[] {
  const keys = page().modular!.key_frequencies;
  const members = (belongs: (one: number) => boolean) =>
    Array.from(live, (_, one) => one).filter((one) => live[one] && belongs(one)).sort((a, b) => fve[b]! - fve[a]!);
  const lit = frequency.value;
  const own = lit === null || keys.includes(lit) ? keys : [lit, ...keys];
  const groups: Group[] = own.map((k) => ({ k, name: `k = ${k}`, neurons: members((one) => clustered[one] === 1 && best[one] === k) }));
  groups.sort((a, b) => Number(b.k === lit) - Number(a.k === lit) || b.neurons.length - a.neurons.length);
  groups.push({ k: null, name: "In clusters of other frequencies", neurons: members((one) => clustered[one] === 1 && !own.includes(best[one]!)) });
  groups.push({ k: null, name: "In no cluster", neurons: members((one) => clustered[one] === 0) });
  return groups.filter(({ neurons }) => neurons.length > 0);
}

registerView({
  name: "neuron-gallery",
  title: "The neurons",
  chapter: "circuit",
  order: 40,
  size: "wide",
  isFor: hasWaves,
  Body: NeuronGallery,
  help:
    "Each small map is one neuron: its activation for every pair, x to the right and y up, from silent to its own largest value. " +
    "A neuron belongs to a cluster if waves of one frequency (1, cos and sin of each operand, and their products) explain more than 85 % of its variance. " +
    "A neuron that memorises looks like noise. Click a map, or move with the arrow keys, to enlarge a neuron.",
});
