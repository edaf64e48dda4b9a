/** What has happened in a training so far, in the words of `latebloom.phases.outcome`. */
import type { Metrics } from "./training";

/** Accuracy that counts as learned. */
export const ACCURATE = 0.99;

export interface Milestones {
  /** First recorded steps at which an accuracy reached the level; null before. */
  trained: number | null;
  half: number | null;
  generalised: number | null;
}

export function milestonesOf(curve: Metrics[]): Milestones {
  const first = (reached: (metrics: Metrics) => boolean) => curve.find(reached)?.step ?? null;
  return {
    trained: first(({ trainAccuracy }) => trainAccuracy >= ACCURATE),
    half: first(({ testAccuracy }) => testAccuracy >= 0.5),
    generalised: first(({ testAccuracy }) => testAccuracy >= ACCURATE),
  };
}

/** A sentence about where the training is. */
export function inWords({ trained, generalised }: Milestones, last: Metrics): string {
  const test = `${Math.round(100 * last.testAccuracy)} % of the test pairs`;
  if (trained === null) return `So far it answers ${Math.round(100 * last.trainAccuracy)} % of the training pairs right, and ${test}.`;
  if (generalised === null) return `It memorised: train accuracy reached 99 % at step ${trained}. It answers ${test} right.`;
  if (last.testAccuracy < ACCURATE) return `Test accuracy reached 99 % at step ${generalised} and is now below: it answers ${test} right.`;
  const verdict = generalised >= 2 * trained ? "It grokked" : "It generalised at once";
  return `${verdict}: train accuracy reached 99 % at step ${trained}, test accuracy at step ${generalised}.`;
}

/** One or two words for the same. */
export function outcomeOf({ trained, generalised }: Milestones, last: Metrics): string {
  if (trained === null) return "not memorised yet";
  if (generalised === null || last.testAccuracy < ACCURATE) return "memorised so far";
  return generalised >= 2 * trained ? "grokked" : "generalised at once";
}
