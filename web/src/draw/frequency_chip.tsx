/** A frequency as a button in its colour, which lights it up in every view. */
import type { ComponentChildren, JSX } from "preact";
import { frequency, toggleFrequency } from "../state";
import { colourOf } from "./palette";

export function FrequencyChip({ k, children }: { k: number; children?: ComponentChildren }): JSX.Element {
  return (
    <button type="button" class="chip" aria-pressed={frequency.value === k} style={{ borderColor: colourOf(k) }} onClick={() => toggleFrequency(k)}>
      <span class="dot" style={{ background: colourOf(k) }} /> {children ?? `k = ${k}`}
    </button>
  );
}
