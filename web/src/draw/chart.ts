/** The options of uPlot: scales, axes and lines in the colours of the page, phases behind and names at the lines' ends. */
import type uPlot from "uplot";
import { movedApart, type EndLabel } from "./end_labels";
import type { Line, LinesProps } from "./lines";
import { linearTicks, logTicks, type Tick } from "./ticks";

/** Where the plot stands within its element in CSS pixels, and its range of x. */
export interface Frame {
  left: number;
  top: number;
  width: number;
  height: number;
  min: number;
  max: number;
  /** Counts redraws at which something moved, so that what lies on the chart moves along. */
  drawn: number;
}

/** Room above the plot for the names of phases, in CSS pixels. */
const BAND = 26;
/** Names stand at the ends of lines where this width is left for the lines, and there are no more lines than this. */
const LEAST_LEFT = 340;
const MOST_NAMED = 9;
const LONGEST_NAME = 150;
const TEXT = 12;
/** Room for half of the last tick's text, such as 40,000. */
const HALF_A_TICK = 20;

interface Look {
  font: string;
  ink: string;
  soft: string;
  line: string;
}

export function asFrame(chart: uPlot, before: Frame | null): Frame {
  const ratio = devicePixelRatio;
  const { min, max } = chart.scales.x!;
  const { left, top, width, height } = chart.bbox;
  return { left: left / ratio, top: top / ratio, width: width / ratio, height: height / ratio, min: min ?? 0, max: max ?? 1, drawn: (before?.drawn ?? 0) + 1 };
}

export function chartOptions(latest: { current: LinesProps }, host: HTMLElement, redrawn: (chart: uPlot) => void): uPlot.Options {
  const props = latest.current;
  const look = lookOf(host);
  const right = props.lines.some((line) => line.side === "right");
  const yAxis = (scale: "left" | "right"): uPlot.Axis => ({
    ...axis(look, (low, high, chart) => yTicks(latest.current, scale, low, high, chart.height)),
    scale,
    side: scale === "left" ? 3 : 1,
    grid: scale === "left" ? { stroke: look.line, width: 1 } : { show: false },
    size: (chart, values) => 12 + Math.max(0, ...(values ?? []).map((text) => textWidth(chart.ctx, text, look))),
  });
  return {
    width: host.clientWidth || 300,
    height: props.height ?? 280,
    padding: [props.shades?.length ? BAND : 10, (chart) => endRoom(chart, latest.current, look), 0, 0],
    scales: {
      x: { time: false, range: (_, low, high) => (high > low ? [low, high] : [low - 0.5, low + 0.5]) },
      left: { distr: props.log ? 3 : 1, range: (_, low, high) => latest.current.yRange ?? padded(low, high, props.log ?? false) },
      ...(right ? { right: { distr: 1 as const, range: (_: uPlot, low: number, high: number) => padded(low, high, false) } } : {}),
    },
    series: [{}, ...props.lines.map((_, index) => series(latest, index))],
    axes: [
      { ...axis(look, (low, high, chart) => linearTicks(low, high, chart.width / 95).filter(({ value }) => Number.isInteger(value))), grid: { show: false }, size: 28, label: props.xName, labelSize: 18, labelGap: -2, labelFont: look.font },
      yAxis("left"),
      ...(right ? [yAxis("right")] : []),
    ],
    cursor: { show: false },
    focus: { alpha: 0.2 },
    legend: { show: false },
    hooks: {
      drawClear: [(chart) => drawShades(chart, latest.current, look)],
      draw: [
        (chart) => {
          drawEndLabels(chart, latest.current, look);
          redrawn(chart);
        },
      ],
    },
  };
}

/** Set what can change without a new chart: colours, widths, dashes, and which lines are shown. */
export function restyle(chart: uPlot, props: LinesProps, hidden: ReadonlySet<string>): void {
  props.lines.forEach((line, index) => {
    const drawn = chart.series[index + 1]!;
    drawn.width = line.width ?? 2;
    drawn.alpha = line.faint ? 0.45 : 1;
    drawn.dash = line.dashed ? [6, 4] : undefined;
    if (drawn.show === hidden.has(line.label)) chart.setSeries(index + 1, { show: !hidden.has(line.label) });
  });
}

function series(latest: { current: LinesProps }, index: number): uPlot.Series {
  const line = latest.current.lines[index]!;
  return {
    label: line.label,
    scale: line.side ?? "left",
    stroke: () => latest.current.lines[index]?.colour ?? "transparent",
    width: line.width ?? 2,
    points: { show: latest.current.x.length < 3, size: 7 },
  };
}

function axis(look: Look, ticks: (low: number, high: number, chart: uPlot) => Tick[]): uPlot.Axis {
  return {
    stroke: look.soft,
    font: look.font,
    ticks: { stroke: look.line, width: 1, size: 5 },
    gap: 4,
    filter: (_, splits) => splits,
    splits: (chart, _, low, high) => ticks(low, high, chart).map((tick) => tick.value),
    values: (chart, splits, index) => {
      const scale = chart.scales[chart.axes[index]!.scale!]!;
      const texts = new Map(ticks(scale.min!, scale.max!, chart).map((tick) => [tick.value, tick.text]));
      return splits.map((value) => texts.get(value) ?? "");
    },
  };
}

/** Ticks of a y axis of this height in CSS pixels. */
export function yTicks(props: LinesProps, scale: "left" | "right", low: number, high: number, height: number): Tick[] {
  const ticks = (scale === "left" && props.log ? logTicks : linearTicks)(low, high, height / 46);
  const { format } = props;
  return format && scale === "left" ? ticks.map(({ value }) => ({ value, text: format(value) })) : ticks;
}

/** The range with a little room at both ends; a linear axis that almost reaches zero starts there. */
function padded(low: number | null, high: number | null, log: boolean): [number, number] {
  if (low === null || high === null) return log ? [0.1, 1] : [0, 1];
  if (log) {
    const room = Math.max(0.05 * Math.log10(high / low), 0.05);
    return [low / 10 ** room, high * 10 ** room];
  }
  const room = 0.05 * (high - low || Math.abs(high) || 1);
  return [low >= 0 && low < 0.35 * high ? 0 : low - room, high <= 0 && high > 0.35 * low ? 0 : high + room];
}

function lookOf(host: HTMLElement): Look {
  const style = getComputedStyle(host);
  const variable = (name: string) => style.getPropertyValue(name).trim();
  return { font: `${TEXT}px ${style.fontFamily}`, ink: variable("--ink"), soft: variable("--soft"), line: variable("--line") };
}

function textWidth(context: CanvasRenderingContext2D, text: string, look: Look): number {
  context.save();
  context.font = look.font;
  const { width } = context.measureText(text);
  context.restore();
  return width;
}

/** The lines that have a name at their end. */
function named(chart: uPlot, props: LinesProps, look: Look): Line[] {
  const shown = props.lines.filter((line, index) => chart.series[index + 1]?.show !== false && !line.faint && !line.unnamed);
  const fits = shown.length <= MOST_NAMED && chart.width - widestName(chart, shown, look) >= LEAST_LEFT;
  return fits && !props.lines.some((line) => line.side === "right") ? shown : [];
}

function widestName(chart: uPlot, lines: Line[], look: Look): number {
  return Math.min(LONGEST_NAME, Math.max(0, ...lines.map((line) => textWidth(chart.ctx, line.label, look))));
}

function endRoom(chart: uPlot, props: LinesProps, look: Look): number {
  const lines = named(chart, props, look);
  return lines.length ? widestName(chart, lines, look) + 14 : HALF_A_TICK;
}

function drawShades(chart: uPlot, props: LinesProps, look: Look): void {
  const { ctx, bbox } = chart;
  const ratio = devicePixelRatio;
  ctx.save();
  ctx.font = look.font.replace(`${TEXT}px`, `${TEXT * ratio}px`);
  ctx.textBaseline = "middle";
  ctx.textAlign = "left";
  for (const shade of props.shades ?? []) {
    const left = Math.max(bbox.left, chart.valToPos(shade.from, "x", true));
    const end = Math.min(bbox.left + bbox.width, chart.valToPos(shade.to, "x", true));
    if (end <= left) continue;
    const top = bbox.top - (BAND - 2) * ratio;
    ctx.fillStyle = shade.colour;
    ctx.fillRect(left, top, end - left, bbox.top + bbox.height - top);
    ctx.fillStyle = look.soft;
    ctx.fillText(shortened(ctx, shade.label, end - left - 10 * ratio), left + 6 * ratio, top + (TEXT / 2 + 2) * ratio);
  }
  ctx.restore();
}

/** The text, cut to a width in pixels; nothing if hardly a letter fits. */
function shortened(context: CanvasRenderingContext2D, text: string, width: number): string {
  if (context.measureText(text).width <= width) return text;
  for (let length = text.length - 1; length >= 3; length--) {
    const cut = `${text.slice(0, length).trimEnd()}…`;
    if (context.measureText(cut).width <= width) return cut;
  }
  return "";
}

/** Names of the lines at their last points in view. */
function drawEndLabels(chart: uPlot, props: LinesProps, look: Look): void {
  const { ctx, bbox } = chart;
  const ratio = devicePixelRatio;
  const ends = named(chart, props, look).flatMap((line): EndLabel[] => {
    const value = lastInView(chart, props.lines.indexOf(line) + 1);
    return value === null ? [] : [{ text: line.label, colour: line.colour, y: chart.valToPos(value, line.side ?? "left", true) / ratio }];
  });
  ctx.save();
  ctx.font = look.font.replace(`${TEXT}px`, `${TEXT * ratio}px`);
  ctx.textBaseline = "middle";
  ctx.textAlign = "left";
  for (const label of movedApart(ends, bbox.top / ratio + 6, (bbox.top + bbox.height) / ratio - 4)) {
    ctx.fillStyle = label.colour;
    ctx.fillText(shortened(ctx, label.text, LONGEST_NAME * ratio), bbox.left + bbox.width + 8 * ratio, label.y * ratio);
  }
  ctx.restore();
}

/** The last value of a series that is drawn within the range of x. */
export function lastInView(chart: uPlot, index: number): number | null {
  const x = chart.data[0];
  const values = chart.data[index];
  if (values === undefined) return null; // a chart that is drawn once more before one with more lines takes its place
  const { min, max } = chart.scales.x!;
  for (let i = x.length - 1; i >= 0; i--) if (x[i]! <= max! && x[i]! >= min! && values[i] !== null && values[i] !== undefined) return values[i]!;
  return null;
}
