/** Functions of the answer z one under another, on one axis, with a common cursor: to see waves add up. */
import type { Signal } from "@preact/signals";
import type { ComponentChildren, JSX } from "preact";
import { useState } from "preact/hooks";
import { csvLine, useSaveable } from "./export";
import { shown } from "./numbers";
import { stripsAsSvg } from "./strips_svg";
import "./strips.css";

export interface Strip {
  /** For screen readers and the saved file. */
  name: string;
  /** What stands beside it. */
  label: ComponentChildren;
  values: ArrayLike<number>;
  colour: string;
  /** Largest absolute value of the strip's scale. */
  top: number;
  /** Drawn pale, as a strip that is left out. */
  faint?: boolean;
  /** Twice as high as others. */
  tall?: boolean;
  /** The same function between the answers, at evenly spaced places from the first to the last answer: drawn as the line,
   * with the values as dots on it. */
  between?: ArrayLike<number>;
  /** A second function on the same scale, as a thin line. */
  over?: ArrayLike<number>;
}

export interface StripsProps {
  label: string;
  strips: Strip[];
  /** Number of z, which are counted from 0. */
  count: number;
  zName: string;
  zLabel(z: number): string;
  /** Vertical lines: the right answer, and others. */
  marks: { z: number; name: string; colour: string; dashed?: boolean }[];
  /** The z that the visitor chose to read; null: `start`. A pointer over the strips reads others meanwhile. */
  chosen: Signal<number | null>;
  start: number;
  unit: string;
}

export function Strips(props: StripsProps): JSX.Element {
  const { strips, count, marks, zName, zLabel, unit } = props;
  const [pointed, setPointed] = useState<number | null>(null);
  const chosen = props.chosen.value !== null && props.chosen.value >= 0 && props.chosen.value < count ? props.chosen.value : null;
  const moved = pointed ?? chosen;
  const z = moved ?? props.start;
  useSaveable({ svg: () => stripsAsSvg(props), csv: () => asCsv(props) });
  const follow = (event: PointerEvent & { currentTarget: SVGSVGElement }): void => {
    const box = event.currentTarget.getBoundingClientRect();
    setPointed(Math.max(0, Math.min(count - 1, Math.floor(((event.clientX - box.left) / box.width) * count))));
  };
  return (
    <div class="stack" role="group" aria-label={props.label}>
      {strips.map((strip) => (
        <div class={strip.tall ? "stack-row tall" : "stack-row"} key={strip.name}>
          <div class="stack-label">{strip.label}</div>
          <svg viewBox={`0 -1 ${count} 2`} preserveAspectRatio="none" role="img" aria-label={described(strip, props, z)} onPointerMove={follow} onPointerLeave={() => setPointed(null)}>
            <line x1="0" x2={count} y1="0" y2="0" class="zero" />
            {marks.map((mark) => (
              <line key={mark.name} x1={mark.z + 0.5} x2={mark.z + 0.5} y1="-1" y2="1" stroke={mark.colour} class={mark.dashed ? "line dashed" : "line"} />
            ))}
            {moved !== null && <line x1={moved + 0.5} x2={moved + 0.5} y1="-1" y2="1" class="pointer" />}
            <g opacity={strip.faint ? 0.25 : 1}>
              <Curve strip={strip} count={count} />
              {strip.over && <polyline points={points(strip.over, strip.top)} class="curve over" />}
            </g>
          </svg>
          <span class="stack-value">{shown(strip.values[z])}</span>
        </div>
      ))}
      <div class="stack-row">
        <label for={`read-${props.label}`} class="stack-label">
          Read at {zName}
        </label>
        <input id={`read-${props.label}`} type="range" min={0} max={count - 1} value={z} aria-valuetext={`${zName} = ${zLabel(z)}`} onInput={(event) => (props.chosen.value = Number(event.currentTarget.value))} />
        <span class="stack-value">
          {zName} = {z}
        </span>
      </div>
      <p class="note">
        {marks.map((mark) => (
          <span class="key" key={mark.name}>
            <span class={mark.dashed ? "swatch dashed" : "swatch"} style={{ borderColor: mark.colour }} /> {mark.name}
          </span>
        ))}
        Numbers on the right: {unit} at {zName} = {zLabel(z)}.
      </p>
    </div>
  );
}

function Curve({ strip, count }: { strip: Strip; count: number }): JSX.Element {
  const { values, between, top, colour } = strip;
  if (between) {
    return (
      <>
        <polyline points={points(between, top, (count - 1) / (between.length - 1))} stroke={colour} class="curve thin" />
        <path d={dots(values, top)} stroke={colour} class="dots" />
      </>
    );
  }
  return (
    <>
      <path d={`M0.5 0 L${points(values, top)} L${count - 0.5} 0 Z`} fill={colour} opacity="0.18" />
      <polyline points={points(values, top)} stroke={colour} class="curve" />
    </>
  );
}

/** "x,y x,y …" in the strip's own units: z at the middle of its column, up at the top. */
export function points(values: ArrayLike<number>, top: number, step = 1): string {
  return Array.from(values, (value, i) => `${(i * step + 0.5).toFixed(3)},${height(value, top)}`).join(" ");
}

/** Lines of no length with round ends: the strip is stretched, and circles in it would be too. */
function dots(values: ArrayLike<number>, top: number): string {
  return Array.from(values, (value, z) => `M${z + 0.5} ${height(value, top)}h0`).join("");
}

function height(value: number, top: number): string {
  return ((-0.94 * value) / (top || 1)).toFixed(4);
}

function described(strip: Strip, { zName, zLabel, unit }: StripsProps, z: number): string {
  let most = 0;
  for (let i = 1; i < strip.values.length; i++) if (strip.values[i]! > strip.values[most]!) most = i;
  return `${strip.name}: largest at ${zName} = ${zLabel(most)}, ${shown(strip.values[most])} ${unit}; at ${zName} = ${zLabel(z)}, ${shown(strip.values[z])} ${unit}`;
}

function asCsv({ strips, count, zName, zLabel, unit }: StripsProps): string {
  const heading = csvLine([zName, ...strips.map((strip) => `${strip.name} (${unit})`)]);
  return [heading, ...Array.from({ length: count }, (_, z) => csvLine([zLabel(z), ...strips.map((strip) => strip.values[z]!)]))].join("\n");
}
