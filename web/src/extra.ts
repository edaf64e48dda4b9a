/** Types of `page.extra` for the views of task families. Python: `latebloom.lab.explorer.extra`. */
import type { RunPage } from "./page";

/** A step with its 95 % interval. */
export interface Location {
  step: number;
  low: number;
  high: number;
}

/** One part of a task: the column of the metrics with its loss, and its phase change where it has one. */
export interface Part {
  name: string;
  column: string;
  /** The loss of guessing in nats. */
  chance: number;
  /** The middle of the change, and its ends. */
  change: Location | null;
  onset: Location | null;
  completion: Location | null;
  /** Why there is no change. */
  reason: string | null;
}

export interface ComponentLosses {
  kind: "test" | "train";
  parts: Part[];
  /** Share of the whole loss's fall from guessing that the parts' changes make up. */
  explained: number | null;
}

export interface InductionCircuit {
  sequences: number;
  loss: number;
  previous_token_even: number;
  heads: { layer: number; head: number; previous_token: number; induction: number; induction_control: number; loss_increase: number }[];
  /** Increase of the loss in nats without the path of a head into the queries, keys or values of all later heads. */
  paths: { source: [number, number]; into: "q" | "k" | "v"; loss_increase: number }[];
  compositions: { source: [number, number]; target: [number, number]; into: "q" | "k" | "v"; score: number | null; z: number | null }[];
  pair: [[number, number], [number, number]] | null;
  undefined: string | null;
}

export interface SharedFeature {
  /** Base64 of one bit per example: 1 where it is in the training set. */
  train: string;
}

export function componentLosses(page: RunPage): ComponentLosses | null {
  return (page.extra.components as ComponentLosses | undefined) ?? null;
}

export function inductionCircuit(page: RunPage): InductionCircuit | null {
  return (page.extra["induction-circuit"] as InductionCircuit | undefined) ?? null;
}

export function sharedFeature(page: RunPage): SharedFeature | null {
  return (page.extra["shared-feature"] as SharedFeature | undefined) ?? null;
}
