/** Excluded loss: train loss without the waves of the key frequencies, one by one and together. */
import { type Curve, recorded, recordedUnder } from "../draw/curves";
import { colourOf, grey, ink } from "../draw/palette";
import { trainPairsAreKnown } from "../operands";
import { page } from "../page";
import { registerView } from "../registry";
import { hasPhase, MOST, shownFrequencies, waveView } from "./wave_losses";

const ExcludedByFrequency = waveView({
  label: "Excluded loss by frequency",
  yName: "loss on the train set (nats)",
  unit: "nats, on the train set",
  log: true,
  height: 320,
  curves: curvesOf,
  missing: "Excluded loss",
  isMissing: (curves) => curves.length < 2,
  dots: ({ excluded, excludedAlone }, ks) => [
    { y: excluded, label: "without all keys", colour: ink() },
    ...ks.map((k, i) => ({ y: excludedAlone[i]!, label: `without k = ${k}`, colour: colourOf(k) })),
  ],
});

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
  isFor: (shown) => hasPhase(shown) && trainPairsAreKnown(),
  Body: ExcludedByFrequency,
  size: "wide",
  help: "Train loss after the waves of a key frequency are removed from the logits. Where a line rises above train loss, the model has begun to rely on that frequency; the grey controls remove frequencies that are not key.",
});
