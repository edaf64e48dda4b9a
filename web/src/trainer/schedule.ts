/** When a training in the page records its losses, and when it stops by itself. */
import { ACCURATE } from "./milestones";
import type { Metrics } from "./training";

/** More steps are not made. */
export const MOST_STEPS = 20_000;

/** As `Recording.metrics` in Python: every 10 steps until 1000, then every 50. */
export function isRecorded(step: number): boolean {
  return step % (step <= 1000 ? 10 : 50) === 0;
}

/** Steps whose weights are kept, to be shown in the views of a run. */
export function isKept(step: number): boolean {
  return step % (step <= 1000 ? 50 : 250) === 0;
}

/** The step at which to stop: somewhat later than the test accuracy reached 99 %, so that the clean-up is seen. */
export function stopAfter({ step, testAccuracy }: Metrics): number | null {
  if (testAccuracy < ACCURATE) return null;
  return step + 50 * Math.ceil(Math.max(500, step / 4) / 50);
}
