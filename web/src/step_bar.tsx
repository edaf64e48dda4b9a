/** The bar that moves every view: slider over the checkpoints, play, jumps, and what the run was like at the step. */
import type { JSX } from "preact";
import { useEffect, useRef } from "preact/hooks";
import { accuracy, shown, whole } from "./draw/numbers";
import { phaseColour } from "./draw/palette";
import { engineError, engineState } from "./engine/client";
import { Announcer } from "./frame/announce";
import { Chips } from "./frame/chips";
import { Icon } from "./frame/icons";
import { nextBoundary } from "./frame/jump";
import { Menu } from "./frame/menu";
import { boundaries, phaseAt, valueAt } from "./frame/moments";
import { playing, togglePlay } from "./frame/play";
import { page } from "./page";
import { checkpoint, nearestCheckpoint, showCheckpoint, showStep, step, steps } from "./state";

export function StepBar(): JSX.Element | null {
  const bar = useRef<HTMLElement>(null);
  const state = engineState.value;
  useEffect(() => {
    if (bar.current === null) return;
    // Views that are scrolled to must stop below the bar, whose height depends on the window's width.
    const watch = new ResizeObserver(() => document.documentElement.style.setProperty("--bar", `${bar.current?.offsetHeight ?? 0}px`));
    watch.observe(bar.current);
    return () => watch.disconnect();
  }, [state === "none"]);
  if (state === "none") return null;
  return (
    <section class="step-bar" aria-label="Step of training" ref={bar}>
      {state === "loading" && <p class="waiting">Reading the weights …</p>}
      {state === "failed" && (
        <p class="error" role="alert">
          The weights in this page cannot be read ({engineError.value}). The curves and the sentences below are complete; the views that need
          weights stay empty.
        </p>
      )}
      {state === "ready" && (
        <>
          <Transport />
          <Now />
          <Announcer />
        </>
      )}
    </section>
  );
}

function Transport(): JSX.Element {
  return (
    <div class="transport">
      <button type="button" class="icon" aria-label="The phase boundary before" title="The phase boundary before ([)" onClick={() => showCheckpoint(nextBoundary(-1))}>
        <Icon name="before" />
      </button>
      <button type="button" class="icon" aria-label={playing.value ? "Stop" : "Play through training"} title="Play (space)" onClick={togglePlay}>
        <Icon name={playing.value ? "stop" : "play"} />
      </button>
      <button type="button" class="icon" aria-label="The next phase boundary" title="The next phase boundary (])" onClick={() => showCheckpoint(nextBoundary(1))}>
        <Icon name="next" />
      </button>
      <div class="slider">
        <input
          id="step"
          type="range"
          aria-label="Step"
          min={0}
          max={steps.value.length - 1}
          value={checkpoint.value}
          aria-valuetext={`step ${step.value}`}
          onInput={(event) => showCheckpoint(Number(event.currentTarget.value))}
        />
        <PhaseStrip />
      </div>
      <JumpMenu />
      <output for="step" class="step">
        <span class="soft">step</span> {whole(step.value ?? 0)}
      </output>
    </div>
  );
}

function JumpMenu(): JSX.Element | null {
  if (boundaries().length === 0) return null;
  return (
    <Menu label="Jump to" name="Jump to a boundary of the phases">
      {boundaries().map((boundary) => (
        <button type="button" key={boundary.name} title={boundary.rule} onClick={() => showStep(boundary.step)}>
          {boundary.name} <span class="soft">step {whole(boundary.step)}</span>
        </button>
      ))}
    </Menu>
  );
}

/** The phases under the slider, at the places of their checkpoints; why there are none, where none are separate. */
function PhaseStrip(): JSX.Element | null {
  const found = page().phases;
  if (found === null) return null;
  const phases = found.phases.filter((phase) => phase.start !== null);
  if (phases.length === 0) return <p class="no-phases" title={found.reason}>{found.reason}</p>;
  const last = Math.max(1, steps.value.length - 1);
  const at = (wanted: number | null) => (wanted === null ? 100 : (100 * nearestCheckpoint(wanted)) / last);
  return (
    <div class="strip" aria-hidden="true">
      {phases.map((phase) => (
        <span
          key={phase.name}
          title={phase.name}
          class={phaseAt(step.value ?? 0) === phase.name ? "current" : ""}
          style={{ left: `${at(phase.start)}%`, width: `${at(phase.end) - at(phase.start)}%`, background: phaseColour(phase.name) }}
        >
          {phase.name}
        </span>
      ))}
    </div>
  );
}

/** Columns that the bar reads out, their names, and how their values are written. */
const READ_OUTS: { column: string; name: string; write(value: number | null): string }[] = [
  { column: "train_loss", name: "train loss", write: shown },
  { column: "test_loss", name: "test loss", write: shown },
  { column: "train_accuracy", name: "train accuracy", write: accuracy },
  { column: "test_accuracy", name: "test accuracy", write: accuracy },
];

function Now(): JSX.Element {
  const at = step.value ?? 0;
  const { metrics } = page();
  const phase = phaseAt(at);
  return (
    <div class="now">
      {phase && <span class="phase">{phase}</span>}
      <dl class="read-outs">
        {READ_OUTS.filter(({ column }) => metrics.columns[column] !== undefined).map(({ column, name, write }) => (
          <div key={column}>
            <dt>{name}</dt>
            <dd>{write(valueAt(metrics, column, at))}</dd>
          </div>
        ))}
      </dl>
      <Chips />
    </div>
  );
}
