/** The loss of each part of a task by step, with the phase change of each. */
import type { JSX } from "preact";
import { useMemo } from "preact/hooks";
import { type Curve, recorded, useCurves } from "../draw/curves";
import type { Dot } from "../draw/lines";
import { NumberTable } from "../draw/number_table";
import { whole } from "../draw/numbers";
import { ink, isDark } from "../draw/palette";
import { StepLines } from "../draw/step_lines";
import { Switch } from "../draw/switch";
import { componentLosses, type Location, type Part } from "../extra";
import { page } from "../page";
import { registerView } from "../registry";
import { logLoss } from "../state";
import { styleOf } from "./line_style";

function ComponentLosses(): JSX.Element {
  const { parts, kind } = componentLosses(page())!;
  const dark = isDark();
  const curves = useCurves(() => [total(kind), ...parts.flatMap(curveOf)], [parts]);
  const dots = useMemo(() => parts.flatMap(dotOf), [dark, parts]);
  return (
    <>
      <div class="switches">
        <Switch label="Scale of the parts' losses" options={[["log", "Log scale"], ["linear", "Linear"]]} value={logLoss.value ? "log" : "linear"} onChange={(value) => (logLoss.value = value === "log")} />
      </div>
      <StepLines label={`The ${kind} loss of each part by step`} yName={`${kind} loss (nats)`} curves={curves} dots={dots} log={logLoss.value} height={340} />
      <Changes parts={parts} />
    </>
  );
}

function total(kind: string): Curve {
  return { label: "whole loss", ...recorded(`${kind}_loss`)!, colour: ink(), width: 2.75 };
}

function curveOf(part: Part, index: number): Curve[] {
  const series = recorded(part.column);
  return series === null ? [] : [{ label: part.name, ...series, ...styleOf(index), width: 1.75 }];
}

/** The middle of a part's phase change, on its line. */
function dotOf(part: Part, index: number): Dot[] {
  const series = recorded(part.column);
  if (part.change === null || series === null) return [];
  const { step } = part.change;
  const next = series.x.findIndex((at) => at >= step);
  const [right, left] = [Math.max(0, next), Math.max(0, next - 1)];
  const share = right === left ? 0 : (step - series.x[left]!) / (series.x[right]! - series.x[left]!);
  const y = (series.values[left] ?? NaN) * (1 - share) + (series.values[right] ?? NaN) * share;
  return [{ x: step, y, label: `${part.name}: half done at step ${located(part.change)}`, colour: styleOf(index).colour }];
}

/** The steps of the changes, earliest first; parts without one with the reason. */
function Changes({ parts }: { parts: Part[] }): JSX.Element {
  const middle = (part: Part) => part.change?.step ?? Infinity;
  const rows = [...parts].sort((a, b) => middle(a) - middle(b)).map((part) => ({ name: part.name, cells: [...changeOf(part), part.chance.toFixed(2)] }));
  return (
    <NumberTable
      caption="Phase change of each part, at its steps with their 95 % intervals, and the loss of guessing in nats"
      columns={["part", "begins", "half done", "done", "guessing"]}
      rows={rows}
    />
  );
}

function changeOf(part: Part): string[] {
  if (part.onset === null) return [`none: ${part.reason}`, "–", "–"];
  return [part.onset, part.change, part.completion].map((at) => (at ? located(at) : "not yet"));
}

function located({ step, low, high }: Location): string {
  return low === high ? whole(step) : `${whole(step)} (${whole(low)} to ${whole(high)})`;
}

registerView({
  name: "components",
  title: "Loss of each part",
  chapter: "training",
  order: 10,
  isFor: (shown) => componentLosses(shown) !== null,
  Body: ComponentLosses,
  size: "wide",
  help: "The task has parts, each with a loss of its own, and the whole loss is their mean. A part with a phase change stays near guessing and then falls at once; falls of different parts at different steps are the bumps of the whole loss.",
});
