/**
 * What the worker computes. A quantity is one file in `quantities/`, which registers itself and adds its types:
 *
 *     declare module "../quantity" { interface Quantities { "embedding-spectrum": { args: {}; result: … } } }
 *     registerQuantity("embedding-spectrum", (at) => …);
 */
import type { Examples, Modular, Task } from "../page";
import type { Weights } from "./pack";
import type { Parts } from "./parts";

/** Filled by declaration merging: name → arguments and result (structured-cloneable). */
// eslint-disable-next-line @typescript-eslint/no-empty-interface
export interface Quantities {}

export type Name = keyof Quantities & string;
export type Args<N extends Name> = Quantities[N] extends { args: infer A } ? A : never;
export type Result<N extends Name> = Quantities[N] extends { result: infer R } ? R : never;

/** Facts about the run that quantities need beside the weights. */
export interface Facts {
  task: Task;
  model: { kind: string } & Record<string, unknown>;
  /** Null for other tasks. */
  modular: Modular | null;
  /** Null for tasks without example sequences. */
  examples: Examples | null;
}

/** One checkpoint in the worker. `once` keeps what several quantities share, for as long as the checkpoint is cached. */
export interface Checkpoint {
  step: number;
  weights: Weights;
  facts: Facts;
  once<T>(key: string, make: () => T): T;
}

/** A checkpoint of which nothing has been computed. */
export function opened(step: number, weights: Weights, facts: Facts): Checkpoint {
  const kept = new Map<string, unknown>();
  const once = <T>(key: string, make: () => T): T => {
    if (!kept.has(key)) kept.set(key, make());
    return kept.get(key) as T;
  };
  return { step, weights, facts, once };
}

interface Entry {
  compute(at: Checkpoint, args: never): unknown;
  passes(args: never): Parts[];
}

const all = new Map<string, Entry>();

/** `passes`: parts without which the model is run on all pairs, once for each; other workers help with their logits. */
export function registerQuantity<N extends Name>(name: N, compute: (at: Checkpoint, args: Args<N>) => Result<N>, passes: (args: Args<N>) => Parts[] = () => []): void {
  if (all.has(name)) throw new Error(`two quantities are named ${name}`);
  all.set(name, { compute, passes });
}

export function computeQuantity(name: string, at: Checkpoint, args: unknown): unknown {
  return entry(name).compute(at, args as never);
}

/** The passes that a quantity reads the logits of. */
export function passesOf(name: string, args: unknown): Parts[] {
  return entry(name).passes(args as never);
}

function entry(name: string): Entry {
  const found = all.get(name);
  if (found === undefined) throw new Error(`quantity: got ${name}, expected one of ${[...all.keys()].join(", ")}`);
  return found;
}
