/** Playing through training: the slider moves by itself, or jumps from phase to phase where motion is to be reduced. */
import { effect, signal } from "@preact/signals";
import { checkpoint, showCheckpoint, steps } from "../state";
import { nextBoundary } from "./jump";

/** Milliseconds between two checkpoints, and between two jumps with reduced motion. */
const PACE = 180;
const CALM_PACE = 2500;

export const playing = signal(false);

export function prefersCalm(): boolean {
  return matchMedia("(prefers-reduced-motion: reduce)").matches;
}

/** Start or stop; from the last checkpoint it starts again at the first. */
export function togglePlay(): void {
  if (!playing.value && checkpoint.value === steps.value.length - 1) showCheckpoint(0);
  playing.value = !playing.value;
}

effect(() => {
  if (!playing.value) return;
  const calm = prefersCalm();
  const timer = setInterval(() => advance(calm), calm ? CALM_PACE : PACE);
  return () => clearInterval(timer);
});

function advance(calm: boolean): void {
  const next = calm ? nextBoundary(1) : checkpoint.value + 1;
  showCheckpoint(next);
  if (next >= steps.value.length - 1) playing.value = false;
}
