/** What the views show of a training's present step, by the same quantities as for a stored run. */
import { clusters } from "../engine/clusters";
import { computeQuantity, opened, type Args, type Facts, type Name, type Result } from "../engine/quantity";
import "../engine/quantities";
import type { Snapshot } from "./protocol";
import type { Training } from "./training";

/** Neurons whose maps are shown: the first ones, so that each can be followed through the training. */
const SHOWN_NEURONS = 8;

/** Waves whose planes are shown. */
const SHOWN_PLANES = 4;

/** A frequency is key if its cluster holds at least this share of the neurons; as `key_frequencies.by_neurons` in Python. */
const KEY_SHARE = 0.01;

export function snapshotOf(training: Training, facts: Facts): Snapshot {
  const at = opened(training.step, training.weights(), facts);
  const ask = <N extends Name>(name: N, args: Args<N>): Result<N> => computeQuantity(name, at, args) as Result<N>;
  const spectrum = ask("embedding-spectrum", {});
  const { sizes } = clusters(at);
  const { width } = training.settings;
  return {
    step: training.step,
    spectrum,
    planes: ask("circles", { ks: largest(spectrum, SHOWN_PLANES) }),
    neurons: ask("neuron-maps", { neurons: Array.from({ length: SHOWN_NEURONS }, (_, neuron) => neuron) }),
    probability: ask("right-probability", {}).probability,
    clusters: sizes,
    keys: sizes.filter(({ count }) => count >= KEY_SHARE * width).map(({ frequency }) => frequency),
  };
}

function largest({ frequencies, cos, sin }: Snapshot["spectrum"], count: number): number[] {
  const norm = (index: number) => Math.hypot(cos[index]!, sin[index]!);
  return [...frequencies.keys()]
    .sort((a, b) => norm(b) - norm(a))
    .slice(0, count)
    .map((index) => frequencies[index]!);
}
