/** A heat map on a canvas: one cell a number, with axes, a colour bar, a hover read-out, clicks and keyboard. */
import type { JSX } from "preact";
import { useEffect, useRef, useState } from "preact/hooks";
import { csvLine, useSaveable } from "./export";
import { colourTable, isDark, type Map } from "./palette";

export interface HeatMapProps {
  /** Name for screen readers, and of the saved file. */
  label: string;
  rows: number;
  columns: number;
  /** Row-major; NaN cells are left blank. */
  values: ArrayLike<number>;
  map?: Map;
  /** Ends of the colour scale; by default the largest absolute value both ways, or 0 to the largest. */
  range?: [number, number];
  unit?: string;
  rowName?: string;
  columnName?: string;
  /** Labels of rows and columns; by default their numbers. */
  rowLabel?(row: number): string;
  columnLabel?(column: number): string;
  /** Called on a click, and on Enter at the cell under the keyboard's cursor. */
  onPick?(row: number, column: number): void;
  /** A cell that is framed. */
  marked?: [number, number] | null;
  /** Largest width on the page in CSS pixels. */
  width?: number;
  /** Without axes and colour bar, as in a gallery. */
  bare?: boolean;
}

export function HeatMap(props: HeatMapProps): JSX.Element {
  const canvas = useRef<HTMLCanvasElement>(null);
  const [cell, setCell] = useState<[number, number] | null>(null);
  const dark = isDark();
  const { rows, columns, values, map = "diverging" } = props;
  const [low, high] = props.range ?? usualRange(values, map);
  useEffect(() => paint(canvas.current!, rows, columns, values, low, high, colourTable(map, dark)), [values, rows, columns, low, high, map, dark]);
  useSaveable({ svg: () => asSvg(props, canvas.current!, low, high), csv: () => asCsv(props) });
  const at = (event: MouseEvent): [number, number] => {
    const box = canvas.current!.getBoundingClientRect();
    const within = (share: number, count: number) => Math.max(0, Math.min(count - 1, Math.floor(share * count)));
    return [within((event.clientY - box.top) / box.height, rows), within((event.clientX - box.left) / box.width, columns)];
  };
  const onKeyDown = (event: KeyboardEvent): void => {
    const move = MOVES[event.key];
    const [row, column] = cell ?? props.marked ?? [0, 0];
    if (move) {
      event.preventDefault();
      event.stopPropagation();
      setCell([(row + move[0] + rows) % rows, (column + move[1] + columns) % columns]);
    } else if (event.key === "Enter" && props.onPick) props.onPick(row, column);
  };
  const frame = (place: [number, number], kind: string) => (
    <span
      class={`cell ${kind}`}
      style={{
        left: `${(100 * place[1]) / columns}%`,
        top: `${(100 * place[0]) / rows}%`,
        width: `${100 / columns}%`,
        height: `${100 / rows}%`,
      }}
    />
  );
  const read = cell && readOut(props, cell[0], cell[1]);
  return (
    <figure class={props.bare ? "heat bare" : "heat"} style={{ maxWidth: `${props.width ?? 460}px` }}>
      {!props.bare && props.rowName && <div class="axis row-axis">{props.rowName}</div>}
      <div
        class="plot"
        tabIndex={props.bare ? -1 : 0}
        role="img"
        aria-label={`${props.label}. ${read ?? "Move with the arrow keys to read values."}`}
        onKeyDown={onKeyDown}
        onMouseMove={(event) => setCell(at(event))}
        onMouseLeave={() => setCell(null)}
        onBlur={() => setCell(null)}
        onClick={(event) => props.onPick?.(...at(event))}
        style={{ aspectRatio: `${columns} / ${rows}`, cursor: props.onPick ? "pointer" : undefined }}
      >
        <canvas ref={canvas} width={columns} height={rows} />
        {props.marked && frame(props.marked, "marked")}
        {cell && frame(cell, "hovered")}
      </div>
      {!props.bare && props.columnName && <div class="axis">{props.columnName}</div>}
      {!props.bare && (
        <figcaption>
          <ColourBar low={low} high={high} map={map} unit={props.unit ?? ""} dark={dark} />
          <output class="read">{read ?? " "}</output>
        </figcaption>
      )}
    </figure>
  );
}

const MOVES: Record<string, [number, number]> = { ArrowUp: [-1, 0], ArrowDown: [1, 0], ArrowLeft: [0, -1], ArrowRight: [0, 1] };

function ColourBar({ low, high, map, unit, dark }: { low: number; high: number; map: Map; unit: string; dark: boolean }): JSX.Element {
  const bar = useRef<HTMLCanvasElement>(null);
  useEffect(() => {
    const ramp = Float32Array.from({ length: 256 }, (_, i) => i);
    paint(bar.current!, 1, 256, ramp, 0, 255, colourTable(map, dark));
  }, [map, dark]);
  return (
    <span class="colour-bar">
      <span>{shown(low)}</span>
      <canvas ref={bar} width={256} height={1} aria-hidden="true" />
      <span>
        {shown(high)} {unit}
      </span>
    </span>
  );
}

/** A number with three significant digits, as read-outs and axes show it. */
export function shown(value: number | null | undefined): string {
  if (value === null || value === undefined || Number.isNaN(value)) return "not defined";
  if (value === 0) return "0";
  const size = Math.abs(value);
  return size >= 1e5 || size < 1e-3 ? value.toExponential(2) : String(Number(value.toPrecision(3)));
}

function readOut(props: HeatMapProps, row: number, column: number): string {
  const name = (text: string | undefined, value: string) => (text ? `${text} = ${value}` : value);
  const place = [
    name(props.rowName, props.rowLabel?.(row) ?? String(row)),
    name(props.columnName, props.columnLabel?.(column) ?? String(column)),
  ];
  return `${place.join(", ")}: ${shown(props.values[row * props.columns + column])} ${props.unit ?? ""}`.trim();
}

export function usualRange(values: ArrayLike<number>, map: Map): [number, number] {
  let most = 0;
  for (let i = 0; i < values.length; i++) {
    const size = Math.abs(values[i]!);
    if (size > most) most = size;
  }
  return map === "diverging" ? [-most || -1, most || 1] : [0, most || 1];
}

function paint(canvas: HTMLCanvasElement, rows: number, columns: number, values: ArrayLike<number>, low: number, high: number, table: Uint8ClampedArray): void {
  const context = canvas.getContext("2d")!;
  const image = context.createImageData(columns, rows);
  const colours = new Uint32Array(table.buffer);
  const pixels = new Uint32Array(image.data.buffer);
  const scale = 255 / (high - low || 1);
  for (let i = 0; i < pixels.length; i++) {
    const value = values[i]!;
    pixels[i] = Number.isNaN(value) ? 0 : colours[Math.max(0, Math.min(255, Math.round((value - low) * scale)))]!;
  }
  context.putImageData(image, 0, 0);
}

function asSvg(props: HeatMapProps, canvas: HTMLCanvasElement, low: number, high: number): string {
  const width = 420;
  const height = Math.round((width * props.rows) / props.columns);
  const text = (x: number, y: number, words: string, more = "") => `<text x="${x}" y="${y}" ${more}>${escaped(words)}</text>`;
  return `<svg xmlns="http://www.w3.org/2000/svg" width="${width + 50}" height="${height + 70}" font-family="sans-serif" font-size="12" fill="currentColor">
<rect width="100%" height="100%" fill="white"/><g fill="black">
${text(40, 16, props.label)}
<image x="40" y="24" width="${width}" height="${height}" href="${canvas.toDataURL()}" preserveAspectRatio="none" style="image-rendering:pixelated"/>
${text(40 + width / 2, height + 40, props.columnName ?? "", 'text-anchor="middle"')}
${text(0, 0, props.rowName ?? "", `text-anchor="middle" transform="translate(20 ${24 + height / 2}) rotate(-90)"`)}
${text(40, height + 60, `${shown(low)} to ${shown(high)} ${props.unit ?? ""}`)}
</g></svg>`;
}

export function escaped(text: string): string {
  return text.replaceAll("&", "&amp;").replaceAll("<", "&lt;").replaceAll('"', "&quot;");
}

function asCsv(props: HeatMapProps): string {
  const columns = Array.from({ length: props.columns }, (_, c) => props.columnLabel?.(c) ?? String(c));
  const corner = `${props.rowName ?? "row"} \\ ${props.columnName ?? "column"}${props.unit ? ` (${props.unit})` : ""}`;
  const lines = Array.from({ length: props.rows }, (_, r) =>
    csvLine([props.rowLabel?.(r) ?? String(r), ...Array.from({ length: props.columns }, (_, c) => props.values[r * props.columns + c]!)]),
  );
  return [csvLine([corner, ...columns]), ...lines].join("\n");
}
