/** A chart of lines as an SVG document and as CSV. uPlot draws on a canvas only, so the lines are drawn again here. */
import type uPlot from "uplot";
import { lastInView, yTicks } from "./chart";
import { movedApart } from "./end_labels";
import { csvLine } from "./export";
import type { Line, LinesProps } from "./lines";
import { whole } from "./numbers";
import { onPaper } from "./palette";
import { document, element, PAPER, text } from "./svg";
import { linearTicks } from "./ticks";

/** Sizes in pixels, the same on every screen. */
const WIDTH = 860;
const BOX = { left: 70, top: 34, width: 600, height: 340 };
const BOTTOM = BOX.top + BOX.height;

export function linesAsSvg(props: LinesProps, hidden: ReadonlySet<string>, chart: uPlot): string {
  const x = along(chart.scales.x!, BOX.left, BOX.width, false);
  const y = (side: "left" | "right") => along(chart.scales[side]!, BOTTOM, -BOX.height, side === "left" && (props.log ?? false));
  const lines = props.lines.filter((line) => !hidden.has(line.label));
  const body = [
    ...(props.shades ?? []).map(({ from, to, label, colour }) => {
      const left = Math.max(BOX.left, x(from));
      const width = Math.min(BOX.left + BOX.width, x(to)) - left;
      return width <= 0 ? "" : element("rect", { x: left, y: BOX.top - 20, width, height: BOX.height + 20, fill: colour }) + (width > 7 * label.length ? text(left + 5, BOX.top - 6, label, { fill: PAPER.soft }) : "");
    }),
    text(BOX.left, 8, props.yName + (props.log ? ", log scale" : ""), { fill: PAPER.soft }),
    ...axisX(props, chart, x),
    ...axisY(props, chart, "left", y("left")),
    ...(chart.scales.right ? axisY(props, chart, "right", y("right")) : []),
    element("clipPath", { id: "box" }, element("rect", { x: BOX.left, y: BOX.top, width: BOX.width, height: BOX.height })),
    element("g", { "clip-path": "url(#box)", fill: "none" }, lines.map((line) => path(props, line, x, y(line.side ?? "left"))).join("")),
    ...marker(props, chart, x),
    ...(props.dots ?? []).map((dot) => (props.log && dot.y <= 0 ? "" : element("circle", { cx: x(dot.x), cy: y("left")(dot.y), r: 4.5, fill: "#ffffff", stroke: onPaper(dot.colour), "stroke-width": 2.5 }))),
    ...ends(props, lines, chart, y),
  ];
  return document(WIDTH, BOTTOM + 50, props.label, body.join("\n"));
}

type Place = (value: number) => number;

function along(scale: uPlot.Scale, start: number, length: number, log: boolean): Place {
  const shape = log ? Math.log10 : (value: number) => value;
  const [low, high] = [shape(scale.min!), shape(scale.max!)];
  return (value) => start + ((shape(value) - low) / (high - low)) * length;
}

function axisX(props: LinesProps, chart: uPlot, x: Place): string[] {
  const { min, max } = chart.scales.x!;
  return [
    element("line", { x1: BOX.left, x2: BOX.left + BOX.width, y1: BOTTOM, y2: BOTTOM, stroke: PAPER.soft }),
    ...linearTicks(min!, max!, 6).map((tick) => text(x(tick.value), BOTTOM + 18, tick.text, { "text-anchor": "middle", fill: PAPER.soft })),
    text(BOX.left + BOX.width / 2, BOTTOM + 38, props.xName, { "text-anchor": "middle", fill: PAPER.soft }),
  ];
}

function axisY(props: LinesProps, chart: uPlot, side: "left" | "right", y: Place): string[] {
  const { min, max } = chart.scales[side]!;
  const right = BOX.left + BOX.width;
  return yTicks(props, side, min!, max!, BOX.height).flatMap((tick) => [
    side === "left" ? element("line", { x1: BOX.left, x2: right, y1: y(tick.value), y2: y(tick.value), stroke: PAPER.line }) : "",
    text(side === "left" ? BOX.left - 8 : right + 8, y(tick.value) + 4, tick.text, { "text-anchor": side === "left" ? "end" : "start", fill: PAPER.soft }),
  ]);
}

function path(props: LinesProps, line: Line, x: Place, y: Place): string {
  let broken = true;
  const points: string[] = [];
  Array.from(line.values).forEach((value, index) => {
    if (value === undefined) return;
    const drawn = value !== null && !Number.isNaN(value) && !(props.log && value <= 0 && line.side !== "right");
    if (drawn) points.push(`${broken ? "M" : "L"}${x(props.x[index]!).toFixed(1)} ${y(value).toFixed(1)}`);
    broken = !drawn;
  });
  return element("path", { class: "line", d: points.join(""), stroke: onPaper(line.colour), "stroke-width": line.width ?? 2, opacity: line.faint ? 0.45 : undefined, "stroke-dasharray": line.dashed ? "6 4" : undefined });
}

function marker(props: LinesProps, chart: uPlot, x: Place): string[] {
  const { min, max } = chart.scales.x!;
  if (props.marker === null || props.marker === undefined || props.marker < min! || props.marker > max!) return [];
  return [
    element("line", { x1: x(props.marker), x2: x(props.marker), y1: BOX.top, y2: BOTTOM, stroke: PAPER.ink, "stroke-width": 1.5 }),
    text(x(props.marker), BOX.top + 12, ` ${props.xName} ${whole(props.marker)}`, { "text-anchor": x(props.marker) > BOX.left + BOX.width / 2 ? "end" : "start", dx: x(props.marker) > BOX.left + BOX.width / 2 ? -5 : 5, fill: PAPER.ink }),
  ];
}

/** Names of all lines at their ends, with a piece of the line beside the name. */
function ends(props: LinesProps, lines: Line[], chart: uPlot, y: (side: "left" | "right") => Place): string[] {
  const left = BOX.left + BOX.width + (chart.scales.right ? 52 : 8);
  const places = lines.filter((line) => !line.unnamed).map((line) => {
    const value = lastInView(chart, props.lines.indexOf(line) + 1);
    return { text: line.label, colour: onPaper(line.colour), y: value === null ? BOTTOM : y(line.side ?? "left")(value) };
  });
  return movedApart(places, BOX.top + 6, BOTTOM - 4).map((place) => {
    const line = lines.find((each) => each.label === place.text)!;
    return (
      element("line", { x1: left, x2: left + 18, y1: place.y, y2: place.y, stroke: place.colour, "stroke-width": 2, "stroke-dasharray": line.dashed ? "6 4" : undefined, opacity: line.faint ? 0.45 : undefined }) +
      text(left + 24, place.y + 4, place.text, { fill: PAPER.ink })
    );
  });
}

export function linesAsCsv(props: LinesProps): string {
  const rows = Array.from(props.x, (value, i) => csvLine([value, ...props.lines.map((line) => line.values[i] ?? null)]));
  return [csvLine([props.xName, ...props.lines.map((line) => `${line.label} (${props.yName})`)]), ...rows].join("\n");
}
