/** The slider over the checkpoints, which moves every view. It stays at the top of the window. */
import type { JSX } from "preact";
import { checkpoint, showCheckpoint, step, steps } from "./state";

export function StepBar(): JSX.Element | null {
  if (steps.value.length === 0) return null;
  return (
    <div class="step-bar">
      <label for="step">Step</label>
      <input
        id="step"
        type="range"
        min={0}
        max={steps.value.length - 1}
        value={checkpoint.value}
        aria-valuetext={`step ${step.value}`}
        onInput={(event) => showCheckpoint(Number(event.currentTarget.value))}
      />
      <output for="step">{step.value?.toLocaleString("en")}</output>
    </div>
  );
}
