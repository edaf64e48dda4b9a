/** What several views of growth share: the losses and coefficients of the key frequencies at the step in view. */
import { useComputed } from "@preact/signals";
import type { JSX } from "preact";
import type { Dot } from "../draw/lines";
import { shown, whole } from "../draw/numbers";
import { useQuantity, type Answer } from "../engine/client";
import type { WaveLosses } from "../engine/quantities/wave_losses";
import { page, type RunPage } from "../page";
import { frequency } from "../state";

/** More key frequencies than this are not computed one by one; a model that has not learned can have dozens. */
export const MOST = 12;

export interface AtStep {
  ks: number[];
  answer: Answer<WaveLosses | null>;
}

/** Computed for the key frequencies and the one that is lit up, which need not be key. */
export function useWaveLosses(): AtStep {
  const args = useComputed(() => ({ ks: shownFrequencies() }));
  return { ks: args.value.ks, answer: useQuantity("wave-losses", args).value };
}

/** The key frequencies, and the one that is lit up. */
export function shownFrequencies(): number[] {
  const keys = page().modular!.key_frequencies.slice(0, MOST);
  const lit = frequency.value;
  return lit === null || keys.includes(lit) ? keys : [...keys, lit];
}

/** Whether the answer is a function of x + s·y in some order, so that the waves of that sum mean something. */
export function hasPhase(shown: RunPage): boolean {
  return shown.modular !== null && shown.task.sign !== null && shown.task.sign !== undefined;
}

/** The values of the step in view, computed from the weights in the page. */
export function Computed({ step, dots, unit }: { step: number | null; dots: Dot[]; unit: string }): JSX.Element | null {
  if (step === null || dots.length === 0) return null;
  return (
    <>
      <p class="computed">Computed from the weights of step {whole(step)}, as circles in the chart{unit && ` (${unit})`}:</p>
      <ul class="values">
        {dots.map((dot) => (
          <li key={dot.label}>
            <i style={{ borderColor: dot.colour }} />
            {dot.label} {shown(dot.y)}
          </li>
        ))}
      </ul>
    </>
  );
}
