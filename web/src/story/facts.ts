/** What the guided tour says about the run: numbers from the page's records, `null` where they are missing. */
import { valueAt } from "../frame/moments";
import { page } from "../page";
import { steps } from "../state";

/** The parts of `latebloom explain --json` that the tour reads. */
interface Explanation {
  accuracy: number;
  loss: { all: number };
  neurons: { live: number; clustered_fraction: number | null; clusters: Record<string, number> };
  logits: { fve_cos_fit: number | null; cos_coefficients: Record<string, number | null> };
  restricted_loss: { all: number | null };
  excluded_loss: { all: number | null; by_frequency: Record<string, number> };
}

/** The task's operation, where the circuit's waves run along its numbers: p and the text of the right answer. */
export interface Operation {
  p: number;
  /** "x + y", "x − y" or "x + 3·y". */
  combined: string;
}

/** The operation of a modular task whose waves run along x and y themselves; null for others, such as x·y mod p. */
export function operation(): Operation | null {
  const { task, modular } = page();
  const inOrder = modular?.order.x.every((value, position) => value === position) ?? false;
  if (task.p === undefined || !task.sign || !inOrder) return null;
  const combined = task.sign === 1 ? "x + y" : task.sign === -1 ? "x − y" : `x + ${task.sign}·y`;
  return { p: task.p, combined };
}

/** Step of a boundary of the phases. */
export function boundary(name: string): number | null {
  return page().phases?.boundaries.find((found) => found.name === name)?.step ?? null;
}

/** The first step at or after a step that the slider can show; null after the last, the step itself on a page without weights. */
export function checkpointFrom(step: number): number | null {
  if (steps.value.length === 0) return step;
  return steps.value.find((checkpoint) => checkpoint >= step) ?? null;
}

/** A logged value at a step. */
export function logged(column: string, step: number): number | null {
  return valueAt(page().metrics, column, step);
}

/** A measure at the checkpoint that is nearest to a step. */
export function measured(column: string, step: number): number | null {
  return valueAt(page().measures, column, step);
}

/** First and last step that were measured. */
export function measuredSpan(): [number, number] | null {
  const { step } = page().measures;
  return step.length < 2 ? null : [step[0]!, step.at(-1)!];
}

export function keyFrequencies(): number[] {
  return page().modular?.key_frequencies ?? [];
}

/** Share of the embedding that lies along some frequencies at a step. */
export function shareOf(frequencies: number[], step: number): number | null {
  let sum = 0;
  for (const k of frequencies) {
    const share = measured(`embedding_fraction.k${k}`, step);
    if (share === null) return null;
    sum += share;
  }
  return sum;
}

/** What explains the last checkpoint; null before it is measured. */
export function explanation(): Explanation | null {
  return (page().modular?.explanation ?? null) as Explanation | null;
}

/**
 * Whether the waves cos w(x + s·y − z) of the key frequencies, as high as in the logits, have a crest at the right answer,
 * and all of them at no other: no other turn is a whole number of periods of each.
 */
export function crestsMeetOnce(): boolean {
  const coefficients = explanation()?.logits.cos_coefficients ?? {};
  const keys = keyFrequencies();
  const period = keys.reduce(commonDivisor, page().task.p ?? 0);
  return period === 1 && keys.every((k) => (coefficients[k] ?? 0) > 0);
}

function commonDivisor(a: number, b: number): number {
  return b === 0 ? a : commonDivisor(b, a % b);
}

/** Pairs in the training set, and all pairs. */
export function trainPairs(): { train: number; all: number } | null {
  const { modular, task } = page();
  if (modular === null || task.p === undefined) return null;
  const bytes = atob(modular.train);
  let train = 0;
  for (let i = 0; i < bytes.length; i++) for (let byte = bytes.charCodeAt(i); byte > 0; byte >>= 1) train += byte & 1;
  return train === 0 ? null : { train, all: task.p ** 2 };
}
