/** Bars as SVG: one path for each colour and part, so that a step of the slider changes few elements. */
import type { BarsProps } from "./bars";
import { element, text, type Ink } from "./svg";
import { linearTicks } from "./ticks";

export interface BarPart {
  label: string;
  values: ArrayLike<number>;
}

export interface DrawnBars {
  svg: string;
  /** Pixels from the left to the first number's place, and the width of a place. */
  left: number;
  slot: number;
  top: number;
  bottom: number;
}

/** Opacity of the parts. */
const PALER = [1, 0.5];
/** Opacity of everything but the number that is lit up. */
const UNLIT = 0.35;

export function barsMarkup(props: BarsProps, { width, height }: { width: number; height: number }, ink: Ink, colourOf: (x: number) => string): DrawnBars {
  const { x, parts } = props;
  const most = Math.max(1e-12, ...parts.flatMap((part) => Array.from(part.values)));
  const isBelow = parts.length > 1 && wide(props.yName) + legendWidth(parts) + GAP > width;
  const box = { left: 40, right: width - 8, top: isBelow ? 50 : 34, bottom: height - 40 };
  const slot = (box.right - box.left) / x.length;
  const y = (value: number) => box.bottom - (value / most) * (box.bottom - box.top);
  const middle = (index: number) => box.left + (index + 0.5) * slot;
  const ticks = linearTicks(0, most, (box.bottom - box.top) / 46).flatMap((tick) => [
    element("line", { x1: box.left, x2: box.right, y1: y(tick.value), y2: y(tick.value), stroke: ink.line }),
    text(box.left - 6, y(tick.value) + 4, tick.text, { "text-anchor": "end", fill: ink.soft }),
  ]);
  const numbers = linearTicks(x[0]!, x[x.length - 1]!, width / 70)
    .filter((tick) => x.includes(tick.value))
    .map((tick) => text(middle(x.indexOf(tick.value)), box.bottom + 16, tick.text, { "text-anchor": "middle", fill: ink.soft }));
  const names = apart(
    props.named.filter((k) => x.includes(k)).map((k) => ({ k, at: middle(x.indexOf(k)), top: Math.min(...parts.map((part) => y(part.values[x.indexOf(k)]!))) })),
  ).map(({ k, at, top }) => text(at, top - 5, String(k), { "text-anchor": "middle", "font-weight": 600, fill: colourOf(k), opacity: dimmed(props, k) }));
  const svg = [
    text(box.left - 34, 12, props.yName, { fill: ink.soft }),
    ...legend(parts, isBelow ? { left: box.left - 34, y: 28 } : { left: width - legendWidth(parts), y: 12 }, ink),
    ...ticks,
    ...bars(props, { slot, left: box.left, y, bottom: box.bottom }, colourOf),
    element("line", { x1: box.left, x2: box.right, y1: box.bottom, y2: box.bottom, stroke: ink.soft }),
    ...numbers,
    ...names,
    text((box.left + box.right) / 2, box.bottom + 34, props.xName, { "text-anchor": "middle", fill: ink.soft }),
  ].join("");
  return { svg: element("g", { "font-size": 12 }, svg), left: box.left, slot, top: box.top, bottom: box.bottom };
}

function dimmed(props: BarsProps, k: number): number | undefined {
  return props.lit != null && props.x.includes(props.lit) && props.lit !== k ? UNLIT : undefined;
}

/** Names that would cover a larger one are left out. */
function apart<T extends { at: number; top: number }>(names: T[]): T[] {
  const kept: T[] = [];
  for (const name of [...names].sort((a, b) => a.top - b.top)) if (kept.every((other) => Math.abs(other.at - name.at) > 17 || Math.abs(other.top - name.top) > 14)) kept.push(name);
  return kept;
}

function bars(props: BarsProps, place: { slot: number; left: number; bottom: number; y(value: number): number }, colourOf: (x: number) => string): string[] {
  const { x, parts } = props;
  const inner = place.slot * 0.82;
  const one = inner / parts.length;
  const paths = new Map<string, { d: string; fill: string; opacity: number }>();
  x.forEach((k, index) =>
    parts.forEach((part, at) => {
      const fill = colourOf(k);
      const opacity = PALER[at % PALER.length]! * (dimmed(props, k) ?? 1);
      const path = paths.get(`${fill} ${opacity}`) ?? { d: "", fill, opacity };
      const left = place.left + index * place.slot + (place.slot - inner) / 2 + at * one;
      path.d += `M${left.toFixed(2)} ${place.bottom}V${place.y(part.values[index]!).toFixed(2)}h${(one * 0.94).toFixed(2)}V${place.bottom}Z`;
      paths.set(`${fill} ${opacity}`, path);
    }),
  );
  return [...paths.values()].map((path) => element("path", { class: "bar", ...path }));
}

/** Space between names, and about the width of one letter, in pixels. */
const GAP = 14;
const LETTER = 6.6;

function wide(name: string): number {
  return LETTER * name.length + GAP;
}

/** Of the square and the name of one part. */
function partWidth({ label }: BarPart): number {
  return 15 + wide(label);
}

function legendWidth(parts: BarPart[]): number {
  return parts.reduce((sum, part) => sum + partWidth(part), 0);
}

/** Beside the name of the y axis, or below it where the names are too long. */
function legend(parts: BarPart[], { left, y }: { left: number; y: number }, ink: Ink): string[] {
  if (parts.length < 2) return [];
  let at = left;
  return parts.flatMap((part, index) => {
    const from = at;
    at += partWidth(part);
    return [element("rect", { x: from, y: y - 9, width: 10, height: 10, fill: ink.soft, opacity: PALER[index % PALER.length]! }), text(from + 15, y, part.label, { fill: ink.soft })];
  });
}
