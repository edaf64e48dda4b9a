/** What a page holds: the JSON that `latebloom.lab.explorer` writes, and the packed weights beside it. */
import { signal } from "@preact/signals";

/** Numbers by column, `null` where a value is undefined; `step` increases. */
export interface Table {
  step: number[];
  columns: Record<string, (number | null)[]>;
}

export interface Boundary {
  name: string;
  step: number | null;
  low: number | null;
  high: number | null;
  train_loss: number | null;
  test_loss: number | null;
  test_accuracy: number | null;
  rule: string;
}

export interface Phases {
  outcome: string | null;
  phases: { name: string; start: number | null; end: number | null }[];
  boundaries: Boundary[];
  reason: string;
}

export interface Verdict {
  id: string;
  sentence: string;
  place: string;
  rule: string;
  state: "holds" | "fails" | "undecided" | "not measured";
  finding: string;
  published: string;
  views: string[];
}

/** The task as Python names it: `name`, and its settings (`p` of a modular task …). */
export interface Task {
  name: string;
  /** "modular", "digits", "induction", "trigrams", or the name of another family. */
  family: string;
  summary: string;
  p?: number;
  /** s where the right answer to (x, y) is x + s·y mod p in the order of the page's operands; null elsewhere. */
  sign?: number | null;
  settings: Record<string, unknown>;
  /** Loss of guessing in nats; null where it is not known. */
  guessing?: number | null;
}

/** The steps from which train and test set stay learned, and what counts as learned, as "99 % accuracy". */
export interface Learned {
  train: number;
  test: number;
  bar: string;
}

export interface RunFacts {
  name: string;
  recipe: string;
  /** Null where it is unknown, as for an imported run. */
  seed: number | null;
  status: string;
  step: number;
  steps_planned: number | null;
  stopped_because: string | null;
  created: string;
  /** Of training; null where it is unknown. */
  seconds: number | null;
  command: string | null;
  /** What became of it: "grokked", "memorised" …; null where the record cannot decide. */
  outcome: string | null;
  /** The outcome as a sentence, with the steps that decide it. */
  headline: string;
  /** When the sets were learned, as `outcome` defines it; null where one of them was not. */
  learned: Learned | null;
  model: { kind: string } & Record<string, unknown>;
  optimiser: Record<string, unknown>;
  data: Record<string, unknown>;
  training: Record<string, unknown>;
  versions: Record<string, string>;
  /** Where an imported run comes from: the sections above lack what is unknown of it. Null, or missing, for other runs. */
  imported?: Imported | null;
}

export interface Imported {
  file: string;
  sha256: string;
  /** What the file is, in words. */
  format: string;
  /** What neither the file nor the command says, by name. */
  assumed: Record<string, string>;
  /** What the file holds and the run does not have, with the reason. */
  left_out: Record<string, string>;
  /** Settings in the file, by name. */
  settings: Record<string, string>;
}

/** A modular task's facts that the views need: which pairs were trained on, and the key frequencies of the last step. */
export interface Modular {
  /** Base64 of p² bits, most significant first, at x·p + y: 1 where the pair is in the training set. */
  train: string;
  key_frequencies: number[];
  /** The value at each position of the axes x, y and z, in the order in which the operation is addition. */
  order: { x: number[]; y: number[]; z: number[] };
  /** Position of the right answer of each pair of positions, x·n + y; −1 where the operation is not defined. */
  labels: number[];
  /** `latebloom explain --json` of the last checkpoint; null where there is nothing to explain. */
  explanation: Record<string, unknown> | null;
  /** Why `explanation` is null. */
  reason: string | null;
}

/** Sequences that the views of other tasks show. Python: `latebloom.lab.explorer.examples`. */
export interface Examples {
  /** Names of the input tokens, and of the answers. */
  vocabulary: string[];
  answers: string[];
  sequences: ExampleSequence[];
}

export interface ExampleSequence {
  tokens: number[];
  /** Positions at which the loss is read, and there the right answer and the part of the task. */
  read: number[];
  right: number[];
  part: number[];
  /** What the sequence shows; may be empty. */
  note: string;
  /** Of a sequence with a repeated subsequence: where each copy begins, and the same sequence without the repeats. */
  copies?: number[];
  control?: number[];
}

export interface RunPage {
  format: 1;
  kind: "run";
  /** What is still being made; a served page gets it later. Empty on a page on disk. */
  pending: ("explanation" | "verdicts")[];
  run: RunFacts;
  task: Task;
  metrics: Table;
  measures: Table;
  phases: Phases | null;
  verdicts: Verdict[];
  /** Sentences by the name of the view under which they stand: from stored quantities and verdicts alone. */
  captions: Record<string, string[]>;
  modular: Modular | null;
  examples: Examples | null;
  /** Further data by the name of the view that reads it, for what cannot be recomputed from the weights. */
  extra: Record<string, unknown>;
  /** Why an entry is empty: a sentence by its name, for `metrics`, `measures`, `weights`, and parts of the family. */
  missing: Record<string, string>;
}

const loaded = signal<RunPage | null>(null);

/**
 * The page that is shown. Views are drawn after it is set, so they may read it at any time. A view that reads it while it
 * is drawn is drawn again when the page changes, as that of a run in training does.
 */
export function page(): RunPage {
  if (loaded.value === null) throw new Error("no page has been loaded");
  return loaded.value;
}

export function setPage(value: RunPage): void {
  loaded.value = value;
}
