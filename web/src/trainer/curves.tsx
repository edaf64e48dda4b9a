/** Losses or accuracies of the training in the page, with what has happened marked as it happens. */
import type { JSX } from "preact";
import { useMemo } from "preact/hooks";
import { Lines, type Line, type Mark, type Shade } from "../draw/lines";
import { percent } from "../draw/numbers";
import { grey, isDark, seriesColour } from "../draw/palette";
import { Switch } from "../draw/switch";
import { registerView } from "../registry";
import { asFlag, asText, inAddress } from "../url";
import { curve, milestones, settings } from "./client";
import type { Milestones } from "./milestones";

/** "loss" or "accuracy", and the scale of the loss. */
const quantity = inAddress("train-axis", "loss", asText);
const log = inAddress("train-log", true, asFlag);

function Curves(): JSX.Element {
  const ofLoss = quantity.value !== "accuracy";
  const points = curve.value;
  const dark = isDark();
  const guessing = Math.log(settings.value.p);
  const { x, lines } = useMemo(() => {
    const values = (name: "trainLoss" | "testLoss" | "trainAccuracy" | "testAccuracy") => points.map((metrics) => metrics[name]);
    const shown = ofLoss ? { train: values("trainLoss"), test: values("testLoss") } : { train: values("trainAccuracy"), test: values("testAccuracy") };
    const made: Line[] = [
      { label: "train", values: shown.train, colour: seriesColour(0), width: 2.25 },
      { label: "test", values: shown.test, colour: seriesColour(1), width: 2.25 },
    ];
    if (ofLoss) made.push({ label: "guessing", values: points.map((_, i) => (i === 0 || i === points.length - 1 ? guessing : undefined)), colour: grey(), width: 1 });
    return { x: points.map(({ step }) => step), lines: made };
  }, [points, ofLoss, dark, guessing]);
  if (points.length === 0) return <p class="waiting">Making the model …</p>;
  const { marks, shades } = happened(milestones.value, x[x.length - 1]!);
  return (
    <>
      <div class="switches">
        <Switch label="What the training shows" options={[["loss", "Loss"], ["accuracy", "Accuracy"]]} value={ofLoss ? "loss" : "accuracy"} onChange={(value) => (quantity.value = value)} />
        {ofLoss && <Switch label="Scale of the loss in training" options={[["log", "Log scale"], ["linear", "Linear"]]} value={log.value ? "log" : "linear"} onChange={(value) => (log.value = value === "log")} />}
      </div>
      <Lines
        label={ofLoss ? "Loss of the model in training" : "Accuracy of the model in training"}
        x={x}
        xName="step"
        yName={ofLoss ? "loss (nats)" : "accuracy"}
        lines={lines}
        log={ofLoss && log.value}
        marks={marks}
        shades={shades}
        height={300}
        {...(ofLoss ? {} : { yRange: [-0.02, 1.02] as [number, number], format: percent })}
      />
    </>
  );
}

function happened({ trained, half, generalised }: Milestones, last: number): { marks: Mark[]; shades: Shade[] } {
  const mark = (x: number | null, label: string): Mark[] => (x === null ? [] : [{ x, label, text: `At step ${x}.` }]);
  const marks = [...mark(trained, "train accuracy 99 %"), ...mark(half, "test accuracy 50 %"), ...mark(generalised, "test accuracy 99 %")];
  const shade = (from: number | null, to: number | null, label: string, hue: string): Shade[] => (from === null || (to !== null && to <= from) ? [] : [{ from, to: to ?? last, label, colour: `rgba(${hue}, ${isDark() ? 0.13 : 0.085})` }]);
  const shades = [...shade(0, trained, "memorises", "200, 150, 40"), ...shade(trained, generalised, "has memorised", "40, 120, 200"), ...shade(generalised, null, "generalises", "40, 150, 90")];
  return { marks, shades };
}

registerView({
  name: "train-curves",
  title: "Its loss and accuracy",
  chapter: "train",
  order: 1,
  isFor: (shown) => shown.task.family === "modular",
  Body: Curves,
  size: "wide",
  help: "The test loss is that of the pairs that the model never saw. While it memorises, it becomes surer of wrong answers to them, so the test loss can rise above that of guessing.",
});
