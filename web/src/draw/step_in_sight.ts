/** The step in view, as a drawing shows it: one outside the window waits until the slider rests. */
import { useContext } from "preact/hooks";
import { InSight, restingCheckpoint } from "../engine/client";
import { step, steps } from "../state";

export function useStepInSight(): number | null {
  const inSight = useContext(InSight);
  return inSight.value ? step.value : (steps.value[restingCheckpoint.value] ?? null);
}
