/**
 * Lines over the training steps or any other axis, by uPlot. Mouse and touch: point to read values, drag to zoom, click
 * to pick, drag the marker. Keyboard: arrows read values, Enter picks, + and − zoom, Escape shows all.
 */
import { useSignal, type Signal } from "@preact/signals";
import type { JSX } from "preact";
import { useEffect, useLayoutEffect, useMemo, useRef } from "preact/hooks";
import uPlot from "uplot";
import "uplot/dist/uPlot.min.css";
import { asFrame, chartOptions, restyle, type Frame } from "./chart";
import { lastSample, nearestSample } from "./curves";
import "./draw.css";
import { useSaveable } from "./export";
import { useHiddenLines } from "./hidden_lines";
import { Legend, type Reading } from "./legend";
import { linesAsCsv, linesAsSvg } from "./lines_export";
import { shown } from "./numbers";
import { Overlay } from "./overlay";
import { isDark } from "./palette";
import { useGestures } from "./gestures";

export interface Line {
  label: string;
  /** One value for each x; null where it is not defined, undefined where it was not recorded, so that the line goes on. */
  values: ArrayLike<number | null | undefined>;
  colour: string;
  dashed?: boolean;
  faint?: boolean;
  width?: number;
  /** Without a name in the legend and at its end, as one of many of a kind. */
  unnamed?: boolean;
  /** "right" for a second scale. */
  side?: "left" | "right";
}

export interface Shade {
  from: number;
  to: number;
  label: string;
  colour: string;
}

/** A place on the x axis with something to say, shown as a button above the plot. */
export interface Mark {
  x: number;
  label: string;
  text: string;
}

/** A single value that is drawn over the lines. */
export interface Dot {
  x: number;
  y: number;
  label: string;
  colour: string;
}

export interface LinesProps {
  label: string;
  x: ArrayLike<number>;
  xName: string;
  yName: string;
  lines: Line[];
  log?: boolean;
  height?: number;
  /** Vertical line, at the step in view. */
  marker?: number | null;
  /** Spans behind the lines, with their names on top. */
  shades?: Shade[];
  marks?: Mark[];
  dots?: Dot[];
  zoom?: [number, number] | null;
  /** Called with the x under a click, under the marker while it is dragged, and on Enter. */
  onPick?(x: number): void;
  /** Called with the range that was brushed; null when everything is to be shown again. */
  onZoom?(range: [number, number] | null): void;
  yRange?: [number, number];
  /** How values are written; by default with three digits. */
  format?(value: number | null | undefined): string;
  /** Where the visitor points, if several charts are to show it together. */
  pointed?: Signal<number | null>;
}

/** Height of the plot and its axes in CSS pixels. */
export const HEIGHT = 280;

/** Lines that a screen reader is given at each move of the cursor. */
const MOST_SPOKEN = 6;

export function Lines(props: LinesProps): JSX.Element {
  const host = useRef<HTMLDivElement>(null);
  const plot = useRef<uPlot | null>(null);
  const latest = useRef(props);
  latest.current = props;
  const frame = useSignal<Frame | null>(null);
  const hidden = useHiddenLines(props.label);
  const own = useSignal<number | null>(null);
  const pointed = props.pointed ?? own;
  const spoken = useSignal("");
  const dark = isDark();
  const height = props.height ?? HEIGHT;
  const data = useMemo(() => aligned(props), [props.x, props.log, props.lines.length, ...props.lines.map((line) => line.values)]);

  const description = useMemo(() => described(props), [data, props.label]);

  useLayoutEffect(() => {
    const place = host.current!;
    const redrawn = (chart: uPlot) => (frame.value = asFrame(chart, frame.peek()));
    const chart = new uPlot(chartOptions(latest, place, redrawn), data, place);
    plot.current = chart;
    const watch = new ResizeObserver(() => {
      if (place.clientWidth > 0) chart.setSize({ width: place.clientWidth, height: latest.current.height ?? HEIGHT });
    });
    watch.observe(place);
    return () => {
      watch.disconnect();
      chart.destroy();
      plot.current = null;
    };
  }, [props.lines.map((line) => line.label + (line.side ?? "")).join("|"), props.log, props.xName, dark]);

  const range = props.zoom ?? extent(props.x);
  useLayoutEffect(() => {
    const chart = plot.current!;
    chart.batch(() => {
      restyle(chart, latest.current, hidden.names.value);
      if (chart.data !== data) chart.setData(data, false);
      chart.setScale("x", { min: range[0], max: range[1] });
    });
  }, [data, range[0], range[1], height, props.yRange?.[0], props.yRange?.[1], hidden.names.value, dark, props.log, styleOf(props)]);
  useEffect(() => plot.current?.setSize({ width: host.current!.clientWidth, height }), [height]);

  useSaveable({
    svg: () => linesAsSvg(latest.current, hidden.names.peek(), plot.current!),
    csv: () => linesAsCsv(latest.current),
  });

  const at = pointed.value ?? props.marker ?? props.x[props.x.length - 1] ?? 0;
  const sparse = useMemo(() => props.lines.map((line) => Array.from(line.values).includes(undefined)), [data]);
  const readings = props.lines.map((line, index): Reading => ({ line, sample: nearestSample(props.x, line.values, at), sparse: sparse[index]! }));
  const speak = (x: number): void => {
    const seen = readings.filter(({ line }) => !line.unnamed && !hidden.names.peek().has(line.label)).slice(0, MOST_SPOKEN);
    const values = seen.map(({ line }) => `${line.label} ${written(props, nearestSample(props.x, line.values, x)?.value)}`);
    spoken.value = `${props.xName} ${shown(x)}: ${values.join(", ")}`;
  };
  const gestures = useGestures({ latest, plot, pointed, speak });

  return (
    <figure class="lines">
      <Legend readings={readings} at={at} hidden={hidden} format={(value) => written(props, value)} onPoint={(index) => plot.current?.setSeries(index === null ? null : index + 1, { focus: true })} />
      <div class="lines-head">
        <span class="y-name">
          {props.yName}
          {props.log && ", log scale"}
        </span>
        <span class="x-read">
          {props.xName} {shown(at)}
        </span>
        {props.zoom && props.onZoom && (
          <button type="button" class="show-all" onClick={() => props.onZoom!(null)}>
            Show all
          </button>
        )}
      </div>
      <div
        class={`plot${props.onPick ? " picks" : ""}`}
        ref={host}
        tabIndex={0}
        role="application"
        aria-roledescription="chart"
        aria-label={description}
        style={{ height: `${height}px` }}
        {...gestures.handlers}
      >
        <Overlay props={props} plot={plot} frame={frame} pointed={pointed.value} brush={gestures.brush.value} hidden={hidden.names.value} />
      </div>
      <span class="visually-hidden" aria-live="polite">
        {spoken.value}
      </span>
    </figure>
  );
}

function described(props: LinesProps): string {
  const ends = props.lines.filter((line) => !line.unnamed).slice(0, MOST_SPOKEN).map((line) => `${line.label} ${written(props, lastSample(line.values))} at the end`);
  const picks = props.onPick ? ", Enter to pick" : "";
  return `${props.label}, ${props.yName} by ${props.xName}. ${ends.join("; ")}. Arrow keys to read values${picks}.`;
}

function written(props: LinesProps, value: number | null | undefined): string {
  return (props.format ?? shown)(value);
}

function extent(x: ArrayLike<number>): [number, number] {
  return [x[0] ?? 0, x[x.length - 1] ?? 1];
}

/** Everything that `restyle` sets, as a text to compare. */
function styleOf(props: LinesProps): string {
  return props.lines.map((line) => [line.colour, line.dashed, line.faint, line.width].join()).join("|") + JSON.stringify(props.shades ?? []);
}

function aligned(props: LinesProps): uPlot.AlignedData {
  // A log scale has no place for zero and less.
  const kept = (value: number | null | undefined) => (value !== undefined && (value === null || Number.isNaN(value) || (props.log && value <= 0)) ? null : value);
  return [Array.from(props.x), ...props.lines.map((line) => Array.from(line.values, kept))] as uPlot.AlignedData;
}
