/** What every chart over the training steps shares: the marker at the step in view, and a click that goes there. */
import type { LinesProps } from "../draw/lines";
import { step, wantedStep } from "../state";

export function onSteps(): Pick<LinesProps, "marker" | "onPick"> {
  return { marker: step.value, onPick: (at) => (wantedStep.value = Math.max(0, Math.round(at))) };
}
