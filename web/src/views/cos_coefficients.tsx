/** Coefficients of cos w(x + y − z) in the logits. */
import type { JSX } from "preact";
import { useMemo } from "preact/hooks";
import { type Curve, recorded, useCurves } from "../draw/curves";
import type { Dot } from "../draw/lines";
import { colourOf, isDark } from "../draw/palette";
import { StepLines } from "../draw/step_lines";
import { page } from "../page";
import { registerView } from "../registry";
import { frequency } from "../state";
import { MissingMeasure } from "./missing_measure";
import { hasKeys, NoKeys } from "./no_keys";
import { Computed, hasPhase, MOST, useWaveLosses } from "./wave_losses";

function CosCoefficients(): JSX.Element {
  const dark = isDark();
  const { ks, answer } = useWaveLosses();
  const lit = frequency.value;
  const curves = useCurves(() => curvesOf(lit), [lit]);
  const dots = useMemo(() => {
    const { value, step } = answer;
    if (!value || step === null || value.coefficients.length !== ks.length) return [];
    return ks.map((k, i): Dot => ({ x: step, y: value.coefficients[i]!, label: `k = ${k}`, colour: colourOf(k) }));
  }, [answer, ks, dark]);
  if (!hasKeys()) return <NoKeys />;
  if (curves.length === 0) return <MissingMeasure what="The coefficients of the waves" />;
  return (
    <>
      <StepLines label="Coefficients of the waves in the logits" yName="coefficient (logit units)" curves={curves} dots={dots} />
      {answer.error && <p class="error">{answer.error}</p>}
      <Computed step={answer.step} dots={dots} unit="" />
    </>
  );
}

function curvesOf(lit: number | null): Curve[] {
  const keys = page().modular!.key_frequencies.slice(0, MOST);
  return keys.flatMap((k) => {
    const series = recorded(`cos_coefficient.k${k}`);
    return series === null ? [] : [{ label: `k = ${k}`, ...series, colour: colourOf(k), width: lit === k ? 3.5 : 2, faint: keys.includes(lit ?? -1) && lit !== k }];
  });
}

registerView({
  name: "cos-coefficients",
  title: "How loud each wave is in the logits",
  chapter: "growth",
  order: 5,
  isFor: hasPhase,
  Body: CosCoefficients,
  help: "The logits, fitted by a sum of waves cos w(x + y − z), one for each key frequency. A larger coefficient means a stronger vote of that wave for the right answer.",
});
