/**
 * The model with parts switched off, or with random changes of the same size. Python, part by part:
 *
 * - frequencies: `excluded_logits`; only the key ones: `restricted_logits` (`latebloom.circuits.modular.projections`)
 * - clusters: `without_neurons` (`neuron_ablations`), beside random live neurons outside the clusters
 * - heads, residual connections: `LastLayer` (`skip_ablations`), beside the same change after one random rotation
 */
import { answers, type Answers } from "./answers";
import { clusters, members, type Clusters } from "./clusters";
import { losses, lossesByTurn, type Losses } from "./losses";
import { modularModel, type ModularModel } from "./modular_model";
import { someNeurons } from "./neurons";
import { isWhole, WHOLE, type Parts } from "./parts";
import { pass, type Pass } from "./pass";
import { multiply } from "./products";
import type { Checkpoint } from "./quantity";
import { choose } from "./random";
import { onlyWaves, removal, turnsOf, wholeTurns } from "./waves";

export interface Cut {
  /** Waves that are removed from the logits. */
  frequencies: number[];
  /** Frequencies whose clusters of neurons are zeroed. */
  clusters: number[];
  /** Heads whose output is zeroed. */
  heads: number[];
  /** Zero the residual connection around attention. */
  skipAttention: boolean;
  /** Zero the residual connection around the MLP. */
  skipMlp: boolean;
  /** Keep only the constant and the waves of the key frequencies in the logits. */
  keepKeys: boolean;
  /** Make random changes of the same size instead. */
  random: boolean;
  seed: number;
}

/** What a random cut drew: frequencies that were removed or kept, and neurons. */
export interface Drawn {
  frequencies: number[];
  neurons: number[];
}

export type CutResult = (Losses & { drawn: Drawn }) | { undefinedBecause: string };

/** Loss and accuracy after a cut. */
export function cutLosses(at: Checkpoint, cut: Cut): CutResult {
  // Without a cut of clusters there is no need to know them.
  const neurons = cut.clusters.length === 0 ? [] : chosenNeurons(clusters(at), cut);
  if (neurons === null) return { undefinedBecause: "there are too few other live neurons to draw as many from" };
  const waves = chosenWaves(at.facts.modular!.key_frequencies, answers(at), cut);
  if ("undefinedBecause" in waves) return waves;
  return { ...lossesOf(at, cut, neurons, waves.frequencies), drawn: { frequencies: waves.frequencies, neurons } };
}

/** The parts without which the model is run for a cut. */
export function partsOf({ heads, skipAttention, skipMlp, random, seed }: Cut): Parts {
  const parts = { heads, skipAttention, skipMlp, turned: random ? seed : null };
  return isWhole(parts) ? WHOLE : parts;
}

function lossesOf(at: Checkpoint, cut: Cut, removed: number[], frequencies: number[]): Losses {
  const known = answers(at);
  const logits = withoutNeurons(pass(at, partsOf(cut)), modularModel(at), removed);
  if (!cut.keepKeys && frequencies.length === 0) return losses(logits, known);
  const turns = logits === pass(at).logits ? wholeTurns(at)! : turnsOf(logits, known.n, known.sign!);
  return cut.keepKeys ? lossesByTurn(onlyWaves(turns, frequencies), turns.sign, known) : losses(logits, known, removal(turns, frequencies));
}

/** Neurons to zero; null where there are too few to draw from. */
function chosenNeurons(all: Clusters, cut: Cut): number[] | null {
  const own = members(all, cut.clusters);
  if (!cut.random) return own;
  const pool = [...all.live.keys()].filter((i) => all.live[i] && !own.includes(i));
  return choose(pool, own.length, cut.seed);
}

/** The frequencies whose waves are removed from the logits, or kept alone. */
function chosenWaves(keys: number[], { n, sign }: Answers, cut: Cut): { frequencies: number[] } | { undefinedBecause: string } {
  if (!cut.keepKeys && cut.frequencies.length === 0) return { frequencies: [] };
  if (sign === null) return { undefinedBecause: "the answers of this task do not depend on x + y or x − y alone, so there are no waves of them" };
  if (cut.keepKeys && keys.length === 0) return { undefinedBecause: "the run has no key frequencies" };
  const own = cut.keepKeys ? keys.filter((k) => !cut.frequencies.includes(k)) : cut.frequencies;
  const frequencies = cut.random ? choose(otherFrequencies(n, [...keys, ...own]), own.length, cut.seed) : own;
  return frequencies === null ? { undefinedBecause: "there are too few other frequencies to draw as many from" } : { frequencies };
}

/** Frequencies with both a cosine and a sine that are not among these. Python: `other_frequencies`. */
function otherFrequencies(n: number, taken: number[]): number[] {
  return Array.from({ length: (n - 1) >> 1 }, (_, i) => i + 1).filter((k) => !taken.includes(k));
}

/** L − N W_logit over some neurons. */
function withoutNeurons({ neurons, logits }: Pass, { n, wLogit }: ModularModel, removed: number[]): Float32Array {
  if (removed.length === 0) return logits;
  const rows = new Float32Array(removed.length * n);
  removed.forEach((j, i) => rows.set(wLogit.subarray(j * n, (j + 1) * n).map((value) => -value), i * n));
  return multiply(someNeurons(neurons, removed), rows, { rows: n * n, inner: removed.length, columns: n }, logits.slice());
}
