/** The loss of each part of a task by step, with the phase change of each. */
import type { JSX } from "preact";
import { Lines } from "../draw/lines";
import { isDark, seriesColour } from "../draw/palette";
import { componentLosses, type Location, type Part } from "../extra";
import { page } from "../page";
import { registerView } from "../registry";
import { logLoss, zoom } from "../state";
import { onSteps } from "./on_steps";

function ComponentLosses(): JSX.Element {
  const { step: x, columns } = page().metrics;
  const { parts, kind } = componentLosses(page())!;
  const shown = parts.filter((part) => columns[part.column]);
  return (
    <>
      <label>
        <input type="checkbox" checked={logLoss.value} onChange={(event) => (logLoss.value = event.currentTarget.checked)} /> log scale
      </label>
      <Lines
        label={`The ${kind} loss of each part by step`}
        x={x}
        xName="step"
        yName={`${kind} loss (nats)`}
        lines={[
          { label: "whole loss", values: columns[`${kind}_loss`]!, colour: isDark() ? "#e7e9ed" : "#1c1f24", width: 3 },
          ...shown.map((part, i) => ({ label: part.name, values: columns[part.column]!, ...style(i) })),
        ]}
        log={logLoss.value}
        height={340}
        {...onSteps()}
        zoom={zoom.value.length === 2 ? (zoom.value as [number, number]) : null}
        onZoom={(range) => (zoom.value = range?.map(Math.round) ?? [])}
      />
      <Changes parts={shown} />
    </>
  );
}

/** Colour by position, dashed where the colours begin again. */
export function style(index: number): { colour: string; dashed: boolean } {
  const colour = seriesColour(index);
  const before = Array.from({ length: index }, (_, i) => seriesColour(i));
  return { colour, dashed: before.includes(colour) };
}

/** The steps of the changes, earliest first; parts without one with the reason. */
function Changes({ parts }: { parts: Part[] }): JSX.Element {
  const middle = (part: Part) => part.change?.step ?? Infinity;
  return (
    <div class="numbers">
      <table>
        <caption>Phase change of each part: steps with their 95 % intervals</caption>
        <thead>
          <tr>
            <th scope="col">part</th>
            <th scope="col">begins</th>
            <th scope="col">half done</th>
            <th scope="col">done</th>
            <th scope="col">guessing (nats)</th>
          </tr>
        </thead>
        <tbody>
          {[...parts].sort((a, b) => middle(a) - middle(b)).map((part) => (
            <tr key={part.name}>
              <th scope="row">{part.name}</th>
              {part.onset ? [part.onset, part.change, part.completion].map((at, i) => <td key={i}>{at ? located(at) : "not yet"}</td>) : <td colSpan={3}>none: {part.reason}</td>}
              <td>{part.chance.toFixed(2)}</td>
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  );
}

function located({ step, low, high }: Location): string {
  const whole = (value: number) => Math.round(value).toLocaleString("en");
  return low === high ? whole(step) : `${whole(step)} (${whole(low)} to ${whole(high)})`;
}

registerView({
  name: "component-losses",
  title: "Loss of each part",
  chapter: "training",
  order: 10,
  isFor: (shown) => componentLosses(shown) !== null,
  Body: ComponentLosses,
  size: "wide",
  help: "The task has parts, each with a loss of its own, and the whole loss is their mean. A part with a phase change stays near guessing and then falls at once; falls of different parts at different steps are the bumps of the whole loss.",
});
