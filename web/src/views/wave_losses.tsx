/** The frame of the views of growth: curves through training, and the same quantities at the step in view. */
import { useComputed } from "@preact/signals";
import type { JSX } from "preact";
import { useMemo } from "preact/hooks";
import { type Curve, useCurves } from "../draw/curves";
import type { Dot } from "../draw/lines";
import { shown, whole } from "../draw/numbers";
import { isDark } from "../draw/palette";
import { StepLines } from "../draw/step_lines";
import { useQuantity, type Answer } from "../engine/client";
import type { WaveLosses } from "../engine/quantities/wave_losses";
import { seeksFrequencies } from "../operands";
import { page, type RunPage } from "../page";
import { frequency } from "../state";
import { MissingMeasure } from "./missing_measure";
import { hasKeys, NoKeys } from "./no_keys";

/** More key frequencies than this are not computed one by one; a model that has not learned can have dozens. */
export const MOST = 12;

/** Curves through training, and beside them the same quantities at the step in view, computed from the weights in the page. */
export interface WaveView {
  /** Of the chart, and of its y axis. */
  label: string;
  yName: string;
  /** What the dots are measured in; "" for none. */
  unit: string;
  log?: boolean;
  height?: number;
  /** Curves, of which the lit frequency's may stand out. */
  curves(lit: number | null): Curve[];
  /** What is not drawn where the run lacks its measures, and whether it does. */
  missing: string;
  isMissing(curves: Curve[]): boolean;
  /** Values at the step in view, for these frequencies. */
  dots(value: WaveLosses, ks: number[]): Omit<Dot, "x">[];
}

/** The body of a view of waves in the logits. */
export function waveView(view: WaveView): () => JSX.Element {
  return function Body() {
    const dark = isDark();
    // Computed for the key frequencies and the one that is lit up, which need not be key.
    const args = useComputed(() => ({ ks: shownFrequencies() }));
    const answer = useQuantity("wave-losses", args).value;
    const { ks } = args.value;
    const lit = frequency.value;
    const curves = useCurves(() => view.curves(lit), [lit]);
    const dots = useMemo(() => dotsAt(view, answer, ks), [answer, ks, dark]);
    if (!hasKeys()) return <NoKeys />;
    if (view.isMissing(curves)) return <MissingMeasure what={view.missing} />;
    return (
      <>
        <StepLines label={view.label} yName={view.yName} curves={curves} dots={dots} log={view.log ?? false} {...(view.height ? { height: view.height } : {})} />
        {answer.error && <p class="error">{answer.error}</p>}
        <Computed step={answer.step} dots={dots} unit={view.unit} />
      </>
    );
  };
}

/** None while an answer for other frequencies is still in view. */
function dotsAt(view: WaveView, { value, step }: Answer<WaveLosses | null>, ks: number[]): Dot[] {
  if (!value || step === null || value.coefficients.length !== ks.length) return [];
  return view.dots(value, ks).map((dot) => ({ ...dot, x: step }));
}

/** The key frequencies, and the one that is lit up. */
export function shownFrequencies(): number[] {
  const keys = page().modular!.key_frequencies.slice(0, MOST);
  const lit = frequency.value;
  return lit === null || keys.includes(lit) ? keys : [...keys, lit];
}

/** Whether the answer is a function of x + s·y in some order, so that the waves of that sum mean something, and key ones were sought. */
export function hasPhase(shown: RunPage): boolean {
  return seeksFrequencies(shown) && typeof shown.task.sign === "number";
}

/** The values of the step in view, computed from the weights in the page. */
function Computed({ step, dots, unit }: { step: number | null; dots: Dot[]; unit: string }): JSX.Element | null {
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
