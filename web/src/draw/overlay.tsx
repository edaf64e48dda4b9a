/** What lies over the chart and moves without redrawing it: marker, cursor, brush, marks and dots. */
import type { ReadonlySignal } from "@preact/signals";
import type { JSX } from "preact";
import { useState } from "preact/hooks";
import type uPlot from "uplot";
import type { Frame } from "./chart";
import { nearestSample } from "./curves";
import type { LinesProps, Mark } from "./lines";
import { shown } from "./numbers";

interface OverlayProps {
  props: LinesProps;
  plot: { current: uPlot | null };
  frame: ReadonlySignal<Frame | null>;
  pointed: number | null;
  /** Range of x that is being brushed. */
  brush: [number, number] | null;
  hidden: ReadonlySet<string>;
}

export function Overlay({ props, plot, frame, pointed, brush, hidden }: OverlayProps): JSX.Element | null {
  const seen = frame.value;
  const chart = plot.current;
  if (seen === null || chart === null) return null;
  const x = (value: number) => ((value - seen.min) / (seen.max - seen.min || 1)) * seen.width;
  const inside = (value: number | null | undefined): value is number => value !== null && value !== undefined && value >= seen.min && value <= seen.max;
  const log = props.log ?? false;
  const place = (value: number, at: number, side: string) => ({ transform: `translate(${x(at)}px, ${chart.valToPos(value, side)}px)` });
  const points = inside(pointed)
    ? props.lines.flatMap((line) => {
        const sample = nearestSample(props.x, line.values, pointed);
        const drawn = sample !== null && sample.value !== null && inside(sample.x) && !(log && sample.value <= 0) && !hidden.has(line.label) && !line.faint;
        return drawn ? [<span class="point" key={line.label} style={{ ...place(sample.value!, sample.x, line.side ?? "left"), background: line.colour }} />] : [];
      })
    : [];
  return (
    <div class="overlay" style={{ left: `${seen.left}px`, top: `${seen.top}px`, width: `${seen.width}px`, height: `${seen.height}px` }}>
      {brush && <span class="brush" style={{ transform: `translateX(${x(Math.min(...brush))}px)`, width: `${Math.abs(x(brush[1]) - x(brush[0]))}px` }} />}
      {inside(props.marker) && (
        <span class="marker" style={{ transform: `translateX(${x(props.marker)}px)` }}>
          {props.onPick && <span class="handle" />}
        </span>
      )}
      {inside(pointed) && <span class="cursor" style={{ transform: `translateX(${x(pointed)}px)` }} />}
      {points}
      {(props.dots ?? []).map((dot) => inside(dot.x) && !(log && dot.y <= 0) && <span class="dot" key={dot.label} title={`${dot.label}: ${shown(dot.y)}`} style={{ ...place(dot.y, dot.x, "left"), borderColor: dot.colour }} />)}
      {(props.marks ?? []).map((mark) => inside(mark.x) && <MarkButton key={mark.label} mark={mark} left={x(mark.x)} width={seen.width} onPick={props.onPick} />)}
    </div>
  );
}

/** Width of the text that a mark opens, in CSS pixels. */
const TIP = 250;

function MarkButton({ mark, left, width, onPick }: { mark: Mark; left: number; width: number; onPick: ((x: number) => void) | undefined }): JSX.Element {
  const [open, setOpen] = useState(false);
  const wide = Math.min(TIP, width);
  const shift = Math.max(0, Math.min(width - wide, left - wide / 2)) - left;
  return (
    <span class="mark" style={{ transform: `translateX(${left}px)` }} onPointerEnter={() => setOpen(true)} onPointerLeave={() => setOpen(false)}>
      <button
        type="button"
        aria-label={`${mark.label}. ${mark.text}`}
        onFocus={() => setOpen(true)}
        onBlur={() => setOpen(false)}
        onClick={() => onPick?.(mark.x)}
        onKeyDown={(event) => event.key !== "Escape" || setOpen(false)}
      />
      {open && (
        <span class="tip" role="tooltip" style={{ width: `${wide}px`, left: `${shift}px` }}>
          <strong>{mark.label}</strong> {mark.text}
        </span>
      )}
    </span>
  );
}
