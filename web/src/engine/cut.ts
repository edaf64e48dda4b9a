/**
 * The model with parts switched off, or with random changes of the same size. Python, part by part:
 *
 * - frequencies: `excluded_logits`; only the key ones: `restricted_logits` (`latebloom.circuits.modular.projections`)
 * - clusters: `without_neurons` (`neuron_ablations`), beside random live neurons outside the clusters
 * - heads, residual connections: `LastLayer` (`skip_ablations`), beside the same change after one random rotation
 */
import { clusters, members, type Clusters } from "./clusters";
import { forward, grid, modularModel, type Activations, type Grid } from "./grid";
import { losses, type Losses } from "./losses";
import { isWhole, type Parts } from "./parts";
import { multiply } from "./products";
import type { Checkpoint } from "./quantity";
import { choose } from "./random";
import { onlyWaves, withoutWaves } from "./waves";

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
  const whole = grid(at);
  const neurons = chosenNeurons(clusters(at), cut);
  if (neurons === null) return { undefinedBecause: "there are too few other live neurons to draw as many from" };
  const waves = chosenWaves(at.facts.modular!.key_frequencies, whole, cut);
  if ("undefinedBecause" in waves) return waves;
  const left = lastForward(at, whole, cut);
  const logits = waves.change(withoutNeurons(left, whole, neurons));
  return { ...losses(logits, whole), drawn: { frequencies: waves.frequencies, neurons } };
}

/** Neurons to zero; null where there are too few to draw from. */
function chosenNeurons(all: Clusters, cut: Cut): number[] | null {
  const own = members(all, cut.clusters);
  if (!cut.random) return own;
  const pool = [...all.live.keys()].filter((i) => all.live[i] && !own.includes(i));
  return choose(pool, own.length, cut.seed);
}

interface Waves {
  frequencies: number[];
  change(logits: Float32Array): Float32Array;
}

/** The change of the logits' waves, and the frequencies that it removes or keeps. */
function chosenWaves(keys: number[], { n, sign }: Grid, cut: Cut): Waves | { undefinedBecause: string } {
  if (!cut.keepKeys && cut.frequencies.length === 0) return { frequencies: [], change: (logits) => logits };
  if (sign === null) return { undefinedBecause: "the answers of this task do not depend on x + y or x − y alone, so there are no waves of them" };
  if (cut.keepKeys && keys.length === 0) return { undefinedBecause: "the run has no key frequencies" };
  const own = cut.keepKeys ? keys.filter((k) => !cut.frequencies.includes(k)) : cut.frequencies;
  const frequencies = cut.random ? choose(otherFrequencies(n, [...keys, ...own]), own.length, cut.seed) : own;
  if (frequencies === null) return { undefinedBecause: "there are too few other frequencies to draw as many from" };
  const project = cut.keepKeys ? onlyWaves : withoutWaves;
  return { frequencies, change: (logits) => project(logits, n, sign, frequencies) };
}

/** Frequencies with both a cosine and a sine that are not among these. Python: `other_frequencies`. */
function otherFrequencies(n: number, taken: number[]): number[] {
  return Array.from({ length: (n - 1) >> 1 }, (_, i) => i + 1).filter((k) => !taken.includes(k));
}

/** L − N W_logit over some neurons. */
function withoutNeurons({ neurons, logits }: Activations, { n, width, wLogit }: Grid, removed: number[]): Float32Array {
  if (removed.length === 0) return logits;
  const columns = new Float32Array(n * n * removed.length);
  for (let pair = 0, to = 0; pair < n * n; pair++) for (const j of removed) columns[to++] = neurons[pair * width + j]!;
  const rows = new Float32Array(removed.length * n);
  removed.forEach((j, i) => rows.set(wLogit.subarray(j * n, (j + 1) * n).map((value) => -value), i * n));
  return multiply(columns, rows, { rows: n * n, inner: removed.length, columns: n }, logits.slice());
}

/** The activations without some parts. Only the last ones asked for are kept, because they take 30 MB at p = 113. */
function lastForward(at: Checkpoint, whole: Grid, cut: Cut): Activations {
  const parts: Parts = { heads: cut.heads, skipAttention: cut.skipAttention, skipMlp: cut.skipMlp, turned: cut.random ? cut.seed : null };
  if (isWhole(parts)) return whole;
  const kept = at.once("last-cut", (): { key: string; value: Activations | null } => ({ key: "", value: null }));
  const key = JSON.stringify(parts);
  if (kept.value === null || kept.key !== key) Object.assign(kept, { key, value: forward(modularModel(at), parts, whole) });
  return kept.value!;
}
