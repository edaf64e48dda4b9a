/** The height of the peak of the solution built by hand, on a slider with a logarithmic scale. */
import type { JSX } from "preact";
import { shown } from "../draw/numbers";
import { handHeight } from "../state";

/** Ends of the slider in logits. */
export const LEAST_HEIGHT = 0.1;
const MOST = 1000;
const NOTCHES = 200;

export function Peak({ height }: { height: number }): JSX.Element {
  const at = Math.round((NOTCHES * Math.log(Math.max(height, LEAST_HEIGHT) / LEAST_HEIGHT)) / Math.log(MOST / LEAST_HEIGHT));
  const heightAt = (notch: number) => Number((LEAST_HEIGHT * (MOST / LEAST_HEIGHT) ** (notch / NOTCHES)).toPrecision(3));
  return (
    <div class="choice peak">
      <label for="hand-height">Height of the peak</label>
      <input id="hand-height" type="range" min={0} max={NOTCHES} value={at} aria-valuetext={`${shown(height)} logits`} onInput={(event) => (handHeight.value = heightAt(Number(event.currentTarget.value)))} />
      <output for="hand-height">{shown(height)} logits</output>
      <button type="button" aria-pressed={handHeight.value === 0} onClick={() => (handHeight.value = 0)}>
        As high as the model's
      </button>
    </div>
  );
}
