/** Excluded loss: train loss without the waves of the key frequencies, one by one and together. */
import type { JSX } from "preact";
import { useMemo } from "preact/hooks";
import { type Curve, recorded, recordedUnder, useCurves } from "../draw/curves";
import type { Dot } from "../draw/lines";
import { colourOf, grey, ink, isDark } from "../draw/palette";
import { StepLines } from "../draw/step_lines";
import { page } from "../page";
import { registerView } from "../registry";
import { frequency } from "../state";
import { MissingMeasure } from "./missing_measure";
import { hasKeys, NoKeys } from "./no_keys";
import { Computed, hasPhase, MOST, shownFrequencies, useWaveLosses } from "./wave_losses";

function ExcludedByFrequency(): JSX.Element {
  const dark = isDark();
  const { ks, answer } = useWaveLosses();
  const lit = frequency.value;
  const curves = useCurves(() => curvesOf(lit), [lit]);
  const dots = useMemo(() => {
    const { value, step } = answer;
    if (!value || step === null || value.excludedAlone.length !== ks.length) return [];
    return [{ x: step, y: value.excluded, label: "without all keys", colour: ink() }, ...ks.map((k, i): Dot => ({ x: step, y: value.excludedAlone[i]!, label: `without k = ${k}`, colour: colourOf(k) }))];
  }, [answer, ks, dark]);
  if (!hasKeys()) return <NoKeys />;
  if (curves.length < 2) return <MissingMeasure what="Excluded loss" />;
  return (
    <>
      <StepLines label="Excluded loss by frequency" yName="loss on the train set (nats)" curves={curves} dots={dots} log height={320} />
      {answer.error && <p class="error">{answer.error}</p>}
      <Computed step={answer.step} dots={dots} unit="nats" />
    </>
  );
}

/** Train loss, the loss without each key frequency and without all, and faint the controls. The lit frequency is thick. */
function curvesOf(lit: number | null): Curve[] {
  const curve = (name: string, line: Omit<Curve, "x" | "values">): Curve[] => {
    const series = recorded(name);
    return series === null ? [] : [{ ...line, ...series }];
  };
  const isLit = shownFrequencies().includes(lit ?? -1);
  const controls = recordedUnder("excluded_loss_control").map(([name, series]): Curve => ({ label: `control k = ${name.slice(1)}`, ...series, colour: grey(), faint: true, unnamed: true, width: 1 }));
  const singles = page().modular!.key_frequencies.slice(0, MOST).flatMap((k) => curve(`excluded_loss.k${k}`, { label: `without k = ${k}`, colour: colourOf(k), width: lit === k ? 3.5 : 1.75, faint: isLit && lit !== k }));
  return [
    ...curve("excluded_loss", { label: "without all keys", colour: ink(), width: 2.25, dashed: true }),
    ...singles,
    ...curve("train_loss", { label: "train", colour: grey(), width: 2 }),
    ...curve("excluded_loss_control", { label: "without random k", colour: grey(), width: 1.25, dashed: true }),
    ...controls,
  ];
}

registerView({
  name: "excluded-by-frequency",
  title: "Excluded loss: the model without its waves",
  chapter: "growth",
  order: 10,
  isFor: hasPhase,
  Body: ExcludedByFrequency,
  size: "wide",
  help: "Train loss after the waves of a key frequency are removed from the logits. Where a line rises above train loss, the model has begun to rely on that frequency; the grey controls remove frequencies that are not key.",
});
