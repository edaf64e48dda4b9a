/** Losses or accuracy over the steps: the time axis of the page. */
import type { JSX } from "preact";
import { useMemo } from "preact/hooks";
import { type Curve, recorded, useCurves } from "../draw/curves";
import type { Mark } from "../draw/lines";
import { accuracy, shown } from "../draw/numbers";
import { grey, seriesColour } from "../draw/palette";
import { StepLines } from "../draw/step_lines";
import { Switch } from "../draw/switch";
import { isRecorded } from "../frame/moments";
import { page, type Boundary } from "../page";
import { registerView } from "../registry";
import { logLoss } from "../state";
import { asText, inAddress } from "../url";

/** "loss" or "accuracy". */
const quantity = inAddress("axis", "loss", asText);

/** Columns by what is shown, with a name and the place of the colour; the first two are thick. */
const COLUMNS: Record<string, [string, string, number][]> = {
  loss: [
    ["train_loss", "train", 0],
    ["test_loss", "test", 1],
    ["restricted_loss", "restricted, all pairs", 2],
    ["excluded_loss", "excluded, train", 3],
  ],
  accuracy: [
    ["train_accuracy", "train", 0],
    ["test_accuracy", "test", 1],
  ],
};

function Losses(): JSX.Element {
  const ofLoss = quantity.value !== "accuracy" || !has("accuracy");
  const curves = useCurves(() => curvesOf(ofLoss ? "loss" : "accuracy"), [ofLoss]);
  const marks = useMemo(() => (page().phases?.boundaries ?? []).flatMap(marked), [page().phases]);
  return (
    <>
      <div class="switches">
        {has("accuracy") && (
          <Switch label="What is shown" options={[["loss", "Loss"], ["accuracy", "Accuracy"]]} value={ofLoss ? "loss" : "accuracy"} onChange={(value) => (quantity.value = value)} />
        )}
        {ofLoss && <Switch label="Scale of the loss" options={[["log", "Log scale"], ["linear", "Linear"]]} value={logLoss.value ? "log" : "linear"} onChange={(value) => (logLoss.value = value === "log")} />}
      </div>
      <StepLines
        label={ofLoss ? "Loss by step" : "Accuracy by step"}
        yName={ofLoss ? "loss (nats)" : "accuracy"}
        curves={curves}
        log={ofLoss && logLoss.value}
        marks={marks}
        height={340}
        {...(ofLoss ? {} : { yRange: [-0.02, 1.02] as [number, number], format: accuracy })}
      />
    </>
  );
}

function has(kind: string): boolean {
  return COLUMNS[kind]!.some(([name]) => recorded(name) !== null);
}

function curvesOf(kind: string): Curve[] {
  const curves = COLUMNS[kind]!.flatMap(([name, label, colour], index): Curve[] => {
    const series = recorded(name);
    return series === null ? [] : [{ label, ...series, colour: seriesColour(colour), width: index < 2 ? 2.25 : 1.75, dashed: index >= 2 }];
  });
  const guessing = page().task.guessing;
  const x = curves[0]?.x ?? [];
  if (kind === "loss" && typeof guessing === "number") curves.push({ label: "guessing", x, values: x.map(() => guessing), colour: grey(), width: 1 });
  return curves;
}

function marked(boundary: Boundary): Mark[] {
  if (boundary.step === null) return [];
  const between = isRecorded(boundary.step) ? "" : " (interpolated between records)";
  const there = `At step ${shown(boundary.step)}: test loss ${shown(boundary.test_loss)} nats, test accuracy ${accuracy(boundary.test_accuracy)}${between}.`;
  return [{ x: boundary.step, label: boundary.name, text: `${there} ${boundary.rule}` }];
}

registerView({
  name: "losses",
  title: "Loss and accuracy",
  chapter: "training",
  order: 0,
  isFor: (shown) => shown.metrics.step.length > 0 && (has("loss") || has("accuracy")),
  Body: Losses,
  size: "wide",
  help: "Click or drag the line to choose a step, and drag across the chart to zoom. Each diamond marks a step at which something changed; point to it to read by which rule.",
});
