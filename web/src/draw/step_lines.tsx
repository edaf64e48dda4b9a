/** Lines over the training steps: every such chart shares zoom, cursor, step in view and phases, and moves the slider. */
import { signal } from "@preact/signals";
import type { JSX } from "preact";
import { useMemo } from "preact/hooks";
import { page } from "../page";
import { wantedStep, zoom } from "../state";
import { joined, type Curve } from "./curves";
import { Lines, type LinesProps, type Shade } from "./lines";
import { isDark, phaseColour } from "./palette";
import { useStepInSight } from "./step_in_sight";

/** The step that the visitor points to in any of these charts. */
const pointed = signal<number | null>(null);

type Own = "x" | "xName" | "lines" | "marker" | "shades" | "zoom" | "onZoom" | "onPick" | "pointed";

export interface StepLinesProps extends Omit<LinesProps, Own> {
  /** Lines with the steps at which they were recorded. */
  curves: Curve[];
}

export function StepLines({ curves, ...rest }: StepLinesProps): JSX.Element {
  const dark = isDark();
  const names = curves.map((curve) => `${curve.label} ${curve.colour} ${curve.faint} ${curve.width}`).join("|");
  const { x, lines } = useMemo(() => joined(curves), [names, ...curves.map((curve) => curve.values)]);
  const shades = useMemo(() => phaseShades(x[x.length - 1] ?? 0), [x, dark, page().phases]);
  return (
    <Lines
      {...rest}
      x={x}
      xName="step"
      lines={lines}
      marker={useStepInSight()}
      shades={shades}
      zoom={zoom.value.length === 2 ? (zoom.value as [number, number]) : null}
      onZoom={(range) => (zoom.value = range?.map(Math.round) ?? [])}
      onPick={(at) => (wantedStep.value = Math.max(0, Math.round(at)))}
      pointed={pointed}
    />
  );
}

function phaseShades(last: number): Shade[] {
  return (page().phases?.phases ?? []).flatMap(({ name, start, end }) => (start === null ? [] : [{ from: start, to: end ?? last, label: name, colour: phaseColour(name) }]));
}
