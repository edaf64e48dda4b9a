/** A heat map as an SVG document and as CSV. */
import { csvLine } from "./export";
import { MOST_COLUMN_TICKS, MOST_ROW_TICKS, type HeatMapProps } from "./heatmap";
import { shown } from "./numbers";
import { paint } from "./paint";
import { colourAt, colourTable } from "./palette";
import { document, element, PAPER, text } from "./svg";
import { positionTicks } from "./ticks";

/** Sizes in pixels, the same on every screen. */
const LEFT = 74;
const TOP = 14;
const WIDTH = 460;

export function heatAsSvg(props: HeatMapProps, low: number, high: number): string {
  const height = Math.round(WIDTH / (props.aspect ?? props.columns / props.rows));
  const bottom = TOP + height;
  const soft = { fill: PAPER.soft };
  const body = [
    element("image", { x: LEFT, y: TOP, width: WIDTH, height, href: picture(props, low, high), preserveAspectRatio: "none", style: "image-rendering:pixelated" }),
    element("rect", { x: LEFT, y: TOP, width: WIDTH, height, fill: "none", stroke: PAPER.line }),
    ...(props.columnTicks ?? positionTicks(props.columns, MOST_COLUMN_TICKS)).map((at) => text(LEFT + ((at + 0.5) / props.columns) * WIDTH, bottom + 16, props.columnLabel?.(at) ?? String(at), { "text-anchor": "middle", ...soft })),
    ...(props.rowTicks ?? positionTicks(props.rows, MOST_ROW_TICKS)).map((at) => text(LEFT - 6, TOP + ((at + 0.5) / props.rows) * height + 4, props.rowLabel?.(at) ?? String(at), { "text-anchor": "end", ...soft })),
    text(LEFT + WIDTH / 2, bottom + 34, props.columnName ?? "", { "text-anchor": "middle", ...soft }),
    text(0, 0, props.rowName ?? "", { "text-anchor": "middle", transform: `translate(20 ${TOP + height / 2}) rotate(-90)`, ...soft }),
    bar(props, bottom + 48, low, high),
  ];
  return document(LEFT + WIDTH + 40, bottom + 78, props.label, body.join("\n"));
}

/** The colour bar, with its ends. */
function bar(props: HeatMapProps, y: number, low: number, high: number): string {
  const table = colourTable(props.map ?? "diverging", false);
  const stops = Array.from({ length: 17 }, (_, i) => element("stop", { offset: i / 16, "stop-color": colourAt(table, i / 16) })).join("");
  return [
    element("linearGradient", { id: "scale" }, stops),
    element("rect", { x: LEFT, y, width: 160, height: 10, fill: "url(#scale)", stroke: PAPER.line }),
    text(LEFT, y + 24, shown(low), { fill: PAPER.soft }),
    text(LEFT + 160, y + 24, `${shown(high)} ${props.unit ?? ""}`.trim(), { fill: PAPER.soft, "text-anchor": "middle" }),
  ].join("");
}

/** The cells in the colours of the light theme. */
function picture(props: HeatMapProps, low: number, high: number): string {
  const canvas = globalThis.document.createElement("canvas");
  canvas.width = props.columns;
  canvas.height = props.rows;
  paint(canvas, props.rows, props.columns, props.values, low, high, colourTable(props.map ?? "diverging", false));
  return canvas.toDataURL();
}

export function heatAsCsv(props: HeatMapProps): string {
  const columns = Array.from({ length: props.columns }, (_, c) => props.columnLabel?.(c) ?? String(c));
  const corner = `${props.rowName ?? "row"} \\ ${props.columnName ?? "column"}${props.unit ? ` (${props.unit})` : ""}`;
  const lines = Array.from({ length: props.rows }, (_, r) =>
    csvLine([props.rowLabel?.(r) ?? String(r), ...Array.from({ length: props.columns }, (_, c) => props.values[r * props.columns + c]!)]),
  );
  return [csvLine([corner, ...columns]), ...lines].join("\n");
}
