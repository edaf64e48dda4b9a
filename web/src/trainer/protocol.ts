/** Messages between the page and the worker that trains. */
import type { Clusters } from "../engine/clusters";
import type { LooseCheckpoint } from "../engine/loose";
import type { Weights } from "../engine/pack";
import type { Plane } from "../engine/quantities/circles";
import type { NeuronMaps } from "../engine/quantities/neuron_maps";
import type { Facts } from "../engine/quantity";
import type { Settings } from "./settings";
import type { Metrics } from "./training";

export type ToTrainer =
  /** `interval`: milliseconds between reports, at least. */
  | { kind: "start"; settings: Settings; interval: number }
  | { kind: "run" }
  | { kind: "pause" }
  /** Make so many updates, then pause. */
  | { kind: "advance"; count: number }
  | { kind: "weights" }
  | { kind: "checkpoints" };

/** What the views show of one step. */
export interface Snapshot {
  step: number;
  spectrum: { frequencies: number[]; cos: Float64Array; sin: Float64Array };
  /** The waves with the largest norm in the embedding, largest first. */
  planes: Plane[];
  neurons: NeuronMaps;
  /** n × n in the order of the group: probability of the right answer. */
  probability: Float32Array;
  /** Number of neurons of each cluster. */
  clusters: Clusters["sizes"];
  /** Frequencies whose clusters hold at least 1 % of the neurons, ascending. */
  keys: number[];
}

export type FromTrainer =
  | { kind: "progress"; running: boolean; stepsPerSecond: number | null; seconds: number; metrics: Metrics[]; snapshot: Snapshot; stopped: Stopped | null }
  | { kind: "weights"; step: number; weights: Weights }
  | { kind: "checkpoints"; checkpoints: LooseCheckpoint[]; facts: Facts }
  | { kind: "failed"; reason: string };

/** Why a training ended by itself. */
export type Stopped = { why: "diverged"; step: number } | { why: "generalised"; step: number } | { why: "steps"; step: number };
