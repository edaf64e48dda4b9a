/** Jumps from one boundary of the phases to the next. */
import { checkpoint, nearestCheckpoint, steps } from "../state";
import { boundaries } from "./moments";

/** Index of the checkpoint at the next boundary (`way` 1) or the one before (-1); the ends of training count too. */
export function nextBoundary(way: 1 | -1): number {
  const last = steps.value.length - 1;
  const stops = [0, ...boundaries().map((boundary) => nearestCheckpoint(boundary.step)), last];
  const beyond = stops.filter((stop) => way * (stop - checkpoint.value) > 0);
  if (beyond.length === 0) return checkpoint.value;
  return way > 0 ? Math.min(...beyond) : Math.max(...beyond);
}
