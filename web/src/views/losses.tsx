/** Losses over the steps: the time axis of the page. */
import type { JSX } from "preact";
import { Lines } from "../draw/lines";
import { seriesColour } from "../draw/palette";
import { page } from "../page";
import { registerView } from "../registry";
import { logLoss, step, wantedStep, zoom } from "../state";

function Losses(): JSX.Element {
  const { step: x, columns } = page().metrics;
  const lines = ["train_loss", "test_loss"].filter((name) => columns[name]).map((name, i) => ({ label: name.replace("_", " "), values: columns[name]!, colour: seriesColour(i) }));
  return (
    <>
      <label>
        <input type="checkbox" checked={logLoss.value} onChange={(event) => (logLoss.value = event.currentTarget.checked)} /> log scale
      </label>
      <Lines
        label="Losses by step"
        x={x}
        xName="step"
        yName="loss (nats)"
        lines={lines}
        log={logLoss.value}
        marker={step.value}
        zoom={zoom.value.length === 2 ? (zoom.value as [number, number]) : null}
        onZoom={(range) => (zoom.value = range?.map(Math.round) ?? [])}
        onPick={(at) => (wantedStep.value = Math.max(0, Math.round(at)))}
      />
    </>
  );
}

registerView({ name: "losses", title: "Loss", chapter: "training", order: 0, isFor: (shown) => shown.metrics.step.length > 0, Body: Losses, size: "wide" });
