/** Lines over the training steps or any other axis, by uPlot: hover read-out, log scale, brush to zoom, saving. */
import type { JSX } from "preact";
import { useEffect, useMemo, useRef } from "preact/hooks";
import uPlot from "uplot";
import "uplot/dist/uPlot.min.css";
import { csvLine, useSaveable } from "./export";
import { escaped, shown } from "./heatmap";
import { isDark } from "./palette";

export interface Line {
  label: string;
  values: ArrayLike<number | null>;
  colour: string;
  dashed?: boolean;
  faint?: boolean;
  width?: number;
  /** "right" for a second scale. */
  side?: "left" | "right";
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
  /** Spans behind the lines. */
  shades?: { from: number; to: number; label: string; colour: string }[];
  zoom?: [number, number] | null;
  /** Called with the x under a click. */
  onPick?(x: number): void;
  /** Called with the range that was brushed; null after a double click. */
  onZoom?(range: [number, number] | null): void;
  yRange?: [number, number];
}

export function Lines(props: LinesProps): JSX.Element {
  const place = useRef<HTMLDivElement>(null);
  const plot = useRef<uPlot | null>(null);
  const latest = useRef(props);
  latest.current = props;
  const dark = isDark();
  const data = useMemo(() => aligned(props), [props.x, props.lines, props.log]);
  const made = [props.lines.map((line) => line.label + line.colour + (line.dashed ?? "") + (line.faint ?? "")).join("|"), props.log, props.height, dark];
  useEffect(() => {
    const host = place.current!;
    const chart = new uPlot(options(latest, host.clientWidth, dark), data, host);
    plot.current = chart;
    const watch = new ResizeObserver(() => chart.setSize({ width: host.clientWidth, height: latest.current.height ?? 260 }));
    watch.observe(host);
    return () => {
      watch.disconnect();
      chart.destroy();
      plot.current = null;
    };
  }, made);
  useEffect(() => {
    plot.current?.setData(data, false);
    const range = props.zoom ?? extent(props.x);
    plot.current?.setScale("x", { min: range[0], max: range[1] });
  }, [data, props.zoom?.[0], props.zoom?.[1]]);
  useEffect(() => plot.current?.redraw(false), [props.marker, props.shades]);
  useSaveable({ svg: () => asSvg(latest.current, plot.current!), csv: () => asCsv(latest.current) });
  return <div class="lines" ref={place} role="img" aria-label={described(props)} />;
}

function described(props: LinesProps): string {
  const ends = props.lines.map((line) => `${line.label}: last value ${shown(lastOf(line.values))}`);
  return `${props.label}. ${ends.join("; ")}`;
}

function lastOf(values: ArrayLike<number | null>): number | null {
  for (let i = values.length - 1; i >= 0; i--) if (values[i] !== null && values[i] !== undefined) return values[i]!;
  return null;
}

function extent(x: ArrayLike<number>): [number, number] {
  return [x[0] ?? 0, x[x.length - 1] ?? 1];
}

function aligned(props: LinesProps): uPlot.AlignedData {
  // A log scale has no place for zero and less.
  const kept = (value: number | null) => (value === null || Number.isNaN(value) || (props.log && value <= 0) ? null : value);
  return [Array.from(props.x), ...props.lines.map((line) => Array.from(line.values, kept))] as uPlot.AlignedData;
}

function options(latest: { current: LinesProps }, width: number, dark: boolean): uPlot.Options {
  const props = latest.current;
  const ink = dark ? "#c9cdd4" : "#3a3f47";
  const grid = { stroke: dark ? "#2c3038" : "#e6e6e2", width: 1 };
  const axis = (label: string, scale: string, side?: uPlot.Axis.Side): uPlot.Axis => ({
    label,
    scale,
    ...(side === undefined ? {} : { side }),
    stroke: ink,
    grid: scale === "right" ? { show: false } : grid,
    ticks: grid,
    labelSize: 18,
    size: scale === "x" ? 34 : 54,
    font: "12px system-ui, sans-serif",
    labelFont: "12px system-ui, sans-serif",
    values: (_: uPlot, values: number[]) => values.map((value) => (value === null ? "" : shown(value))),
  });
  const right = props.lines.some((line) => line.side === "right");
  return {
    width,
    height: props.height ?? 260,
    scales: {
      x: { time: false },
      left: { distr: props.log ? 3 : 1, range: props.yRange ? () => props.yRange! : undefined },
      ...(right ? { right: { distr: 1 } } : {}),
    },
    series: [
      { label: props.xName },
      ...props.lines.map((line) => ({
        label: line.label,
        scale: line.side === "right" ? "right" : "left",
        stroke: line.colour,
        width: line.width ?? 2,
        alpha: line.faint ? 0.35 : 1,
        dash: line.dashed ? [6, 4] : undefined,
        spanGaps: true,
        points: { show: props.x.length < 3 },
        value: (_: uPlot, value: number | null) => (value === null ? "–" : shown(value)),
      })),
    ],
    axes: [axis(props.xName, "x"), axis(props.yName, "left"), ...(right ? [axis("", "right", 1)] : [])],
    cursor: { drag: { x: props.onZoom !== undefined, y: false, setScale: false } },
    legend: { live: true },
    hooks: {
      drawClear: [(chart) => drawShades(chart, latest.current)],
      draw: [(chart) => drawMarker(chart, latest.current, ink)],
      setSelect: [
        (chart) => {
          if (chart.select.width > 3) latest.current.onZoom?.([chart.posToVal(chart.select.left, "x"), chart.posToVal(chart.select.left + chart.select.width, "x")]);
          chart.setSelect({ left: 0, top: 0, width: 0, height: 0 }, false);
        },
      ],
      ready: [
        (chart) => {
          chart.over.addEventListener("dblclick", () => latest.current.onZoom?.(null));
          chart.over.addEventListener("click", (event) => latest.current.onPick?.(chart.posToVal(event.offsetX, "x")));
        },
      ],
    },
  };
}

function drawShades(chart: uPlot, props: LinesProps): void {
  const { ctx, bbox } = chart;
  for (const shade of props.shades ?? []) {
    const left = Math.max(bbox.left, chart.valToPos(shade.from, "x", true));
    const right = Math.min(bbox.left + bbox.width, chart.valToPos(shade.to, "x", true));
    if (right <= left) continue;
    ctx.fillStyle = shade.colour;
    ctx.fillRect(left, bbox.top, right - left, bbox.height);
  }
}

function drawMarker(chart: uPlot, props: LinesProps, ink: string): void {
  if (props.marker === null || props.marker === undefined) return;
  const { ctx, bbox } = chart;
  const x = chart.valToPos(props.marker, "x", true);
  ctx.save();
  ctx.strokeStyle = ink;
  ctx.lineWidth = 2;
  ctx.beginPath();
  ctx.moveTo(x, bbox.top);
  ctx.lineTo(x, bbox.top + bbox.height);
  ctx.stroke();
  ctx.restore();
}

/** The chart as SVG: uPlot draws on a canvas only, so its lines and ticks are drawn again from its own scales. */
function asSvg(props: LinesProps, chart: uPlot): string {
  const ratio = uPlot.pxRatio;
  const { left, top, width, height } = chart.bbox;
  const box = { left: left / ratio, top: top / ratio, width: width / ratio, height: height / ratio };
  const total = { width: chart.width, height: chart.height + 24 + 16 * props.lines.length };
  const x = (value: number) => box.left + chart.valToPos(value, "x");
  const y = (value: number, scale: string) => box.top + chart.valToPos(value, scale);
  const paths = props.lines.map((line) => {
    const scale = line.side === "right" ? "right" : "left";
    const points = Array.from(line.values, (value, i) =>
      value === null || Number.isNaN(value) || (props.log && value <= 0) ? "" : `${x(props.x[i]!).toFixed(1)},${y(value, scale).toFixed(1)}`,
    );
    return `<polyline fill="none" stroke="${line.colour}" stroke-width="${line.width ?? 2}" opacity="${line.faint ? 0.35 : 1}" ${line.dashed ? 'stroke-dasharray="6 4"' : ""} points="${points.filter(Boolean).join(" ")}"/>`;
  });
  const ticks = (scale: "x" | "left") => {
    const { min, max } = chart.scales[scale]!;
    if (min == null || max == null) return [];
    return Array.from({ length: 6 }, (_, i) => (props.log && scale === "left" ? min * (max / min) ** (i / 5) : min + ((max - min) * i) / 5));
  };
  const labels = [
    ...ticks("x").map((value) => `<text x="${x(value)}" y="${box.top + box.height + 16}" text-anchor="middle">${shown(value)}</text>`),
    ...ticks("left").map((value) => `<text x="${box.left - 6}" y="${y(value, "left") + 4}" text-anchor="end">${shown(value)}</text>`),
    ...props.lines.map((line, i) => `<text x="${box.left}" y="${chart.height + 16 + 16 * i}" fill="${line.colour}">${escaped(line.label)}</text>`),
    `<text x="${box.left + box.width / 2}" y="${box.top + box.height + 32}" text-anchor="middle">${escaped(props.xName)}</text>`,
    `<text transform="translate(12 ${box.top + box.height / 2}) rotate(-90)" text-anchor="middle">${escaped(props.yName)}</text>`,
  ];
  return `<svg xmlns="http://www.w3.org/2000/svg" width="${total.width}" height="${total.height}" font-family="sans-serif" font-size="12">
<rect width="100%" height="100%" fill="white"/><rect x="${box.left}" y="${box.top}" width="${box.width}" height="${box.height}" fill="none" stroke="#ccc"/>
<clipPath id="box"><rect x="${box.left}" y="${box.top}" width="${box.width}" height="${box.height}"/></clipPath>
<g clip-path="url(#box)">${paths.join("")}</g><g fill="#333">${labels.join("")}</g></svg>`;
}

function asCsv(props: LinesProps): string {
  const rows = Array.from(props.x, (value, i) => csvLine([value, ...props.lines.map((line) => line.values[i] ?? null)]));
  return [csvLine([props.xName, ...props.lines.map((line) => `${line.label} (${props.yName})`)]), ...rows].join("\n");
}
