/** A heat map on a canvas: one cell a number, with axes, a colour bar, a hover read-out, clicks and keyboard. */
import type { JSX } from "preact";
import { useEffect, useLayoutEffect, useRef, useState } from "preact/hooks";
import "./draw.css";
import { useSaveable } from "./export";
import { heatAsCsv, heatAsSvg } from "./heatmap_export";
import { shown } from "./numbers";
import { paint } from "./paint";
import { colourTable, isDark, type Map } from "./palette";
import { positionTicks } from "./ticks";

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
  /** Shorter labels for the axes than for the read-out. */
  rowTick?(row: number): string;
  columnTick?(column: number): string;
  /** Rows with a label on the axis; by default every tenth or so. */
  rowTicks?: number[];
  /** Columns with a label, likewise. */
  columnTicks?: number[];
  /** Called on a click, and on Enter at the cell under the keyboard's cursor. */
  onPick?(row: number, column: number): void;
  /** A cell that is framed. */
  marked?: [number, number] | null;
  /** A row and a column with a line along them. */
  markedRow?: number | null;
  markedColumn?: number | null;
  /** Largest width on the page in CSS pixels. */
  width?: number;
  /** Width over height of the plot; by default that of its cells, which are then square. */
  aspect?: number;
  /** Without axes and colour bar, as in a gallery. */
  bare?: boolean;
}

const MOVES: Record<string, [number, number]> = { ArrowUp: [-1, 0], ArrowDown: [1, 0], ArrowLeft: [0, -1], ArrowRight: [0, 1] };

export const MOST_ROW_TICKS = 7;
export const MOST_COLUMN_TICKS = 6;

/** Cells that Shift and an arrow pass over. */
const STRIDE = 10;

export function HeatMap(props: HeatMapProps): JSX.Element {
  const canvas = useRef<HTMLCanvasElement>(null);
  const [cell, setCell] = useState<[number, number] | null>(null);
  const [spoken, setSpoken] = useState("");
  const dark = isDark();
  const { rows, columns, values, map = "diverging" } = props;
  const [low, high] = props.range ?? usualRange(values, map);
  // An effect after the layout is drawn in this frame; a plain one would be in the next.
  useLayoutEffect(() => paint(canvas.current!, rows, columns, values, low, high, colourTable(map, dark)), [values, rows, columns, low, high, map, dark]);
  useSaveable({ svg: () => heatAsSvg(props, low, high), csv: () => heatAsCsv(props) });
  const at = (event: MouseEvent): [number, number] => {
    const box = canvas.current!.getBoundingClientRect();
    const within = (share: number, count: number) => Math.max(0, Math.min(count - 1, Math.floor(share * count)));
    return [within((event.clientY - box.top) / box.height, rows), within((event.clientX - box.left) / box.width, columns)];
  };
  const onKeyDown = (event: KeyboardEvent): void => {
    const move = MOVES[event.key];
    const [row, column] = cell ?? props.marked ?? [props.markedRow ?? 0, props.markedColumn ?? 0];
    if (event.ctrlKey || event.metaKey || event.altKey) return;
    if (move) {
      const stride = event.shiftKey ? STRIDE : 1;
      const next: [number, number] = [(row + stride * move[0] + rows) % rows, (column + stride * move[1] + columns) % columns];
      setCell(next);
      setSpoken(readOut(props, ...next));
    } else if (event.key === "Enter" && props.onPick) props.onPick(row, column);
    else return;
    event.preventDefault();
    event.stopPropagation();
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
  const plot = (
    <div
      class="plot"
      tabIndex={props.bare ? -1 : 0}
      role={props.bare ? "img" : "application"}
      aria-roledescription={props.bare ? undefined : "heat map"}
      aria-label={props.bare ? props.label : `${props.label}, ${rows} rows by ${columns} columns, from ${shown(low)} to ${shown(high)} ${props.unit ?? ""}. Arrow keys to read values${props.onPick ? ", Enter to pick" : ""}.`}
      onKeyDown={onKeyDown}
      onPointerMove={(event) => setCell(at(event))}
      onPointerLeave={() => setCell(null)}
      onBlur={() => setCell(null)}
      onClick={(event) => props.onPick?.(...at(event))}
      style={{ aspectRatio: String(props.aspect ?? columns / rows), cursor: props.onPick ? "pointer" : undefined }}
    >
      <canvas ref={canvas} width={columns} height={rows} />
      {hair(props.markedRow, rows, false)}
      {hair(props.markedColumn, columns, true)}
      {props.marked && frame(props.marked, "marked")}
      {cell && frame(cell, "hovered")}
    </div>
  );
  if (props.bare)
    return (
      <figure class="heat bare" style={{ maxWidth: `${props.width ?? 460}px` }}>
        {plot}
      </figure>
    );
  return (
    <figure class="heat" style={{ maxWidth: `${props.width ?? 460}px` }}>
      <div class="grid">
        <div class="axis row-axis">{props.rowName}</div>
        <Ticks kind="row" count={rows} name={props.rowTick ?? props.rowLabel} at={props.rowTicks ?? positionTicks(rows, MOST_ROW_TICKS)} />
        {plot}
        <span />
        <span />
        <Ticks kind="column" count={columns} name={props.columnTick ?? props.columnLabel} at={props.columnTicks ?? positionTicks(columns, MOST_COLUMN_TICKS)} />
        <span />
        <span />
        <div class="axis">{props.columnName}</div>
      </div>
      <figcaption>
        <ColourBar low={low} high={high} map={map} unit={props.unit ?? ""} dark={dark} />
        <span class="read">{cell ? readOut(props, cell[0], cell[1]) : " "}</span>
      </figcaption>
      <span class="visually-hidden" aria-live="polite">
        {spoken}
      </span>
    </figure>
  );
}

/** A line along the middle of a row or a column. */
function hair(at: number | null | undefined, count: number, upright: boolean): JSX.Element | null {
  if (at === null || at === undefined || at < 0) return null;
  const place = `calc(${(100 * (at + 0.5)) / count}% - 0.75px)`;
  return <span class="hair" style={upright ? { left: place, top: "-3px", bottom: "-3px", width: "1.5px" } : { top: place, left: "-3px", right: "-3px", height: "1.5px" }} />;
}

function Ticks({ kind, count, name, at }: { kind: "row" | "column"; count: number; name: ((at: number) => string) | undefined; at: number[] }): JSX.Element {
  const texts = at.map((place) => ({ at: place, text: name?.(place) ?? String(place) }));
  const widest = texts.reduce((best, { text }) => (text.length > best.length ? text : best), "");
  return (
    <div class={`ticks ${kind}-ticks`} aria-hidden="true">
      {kind === "row" && <span class="sizer">{widest}</span>}
      {texts.map(({ at, text }) => (
        <span key={at} style={{ [kind === "row" ? "top" : "left"]: `${(100 * (at + 0.5)) / count}%` }}>
          {text}
        </span>
      ))}
    </div>
  );
}

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

function readOut(props: HeatMapProps, row: number, column: number): string {
  const name = (text: string | undefined, value: string) => (text ? `${text} = ${value}` : value);
  const place = [
    name(props.rowName, props.rowLabel?.(row) ?? String(row)),
    name(props.columnName, props.columnLabel?.(column) ?? String(column)),
  ];
  return `${place.join(", ")}: ${shown(props.values[row * props.columns + column])} ${props.unit ?? ""}`.trim();
}

export function usualRange(values: ArrayLike<number>, map: Map): [number, number] {
  if (map === "cyclic") return [0, 2 * Math.PI];
  let most = 0;
  for (let i = 0; i < values.length; i++) {
    const size = Math.abs(values[i]!);
    if (size > most) most = size;
  }
  return map === "diverging" ? [-most || -1, most || 1] : [0, most || 1];
}
