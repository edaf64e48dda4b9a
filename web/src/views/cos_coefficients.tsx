/** Coefficients of cos w(x + y − z) in the logits. */
import { type Curve, recorded } from "../draw/curves";
import { colourOf } from "../draw/palette";
import { page } from "../page";
import { registerView } from "../registry";
import { hasPhase, MOST, waveView } from "./wave_losses";

const CosCoefficients = waveView({
  label: "Coefficients of the waves in the logits",
  yName: "coefficient (logit units)",
  unit: "",
  curves: curvesOf,
  missing: "The coefficient of each wave",
  isMissing: (curves) => curves.length === 0,
  dots: ({ coefficients }, ks) => ks.map((k, i) => ({ y: coefficients[i]!, label: `k = ${k}`, colour: colourOf(k) })),
});

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
