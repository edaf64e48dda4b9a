/** Points in a plane as SVG, in a square. */
import type { CircleProps } from "./circle";
import { colourAt } from "./palette";
import { element, text, type Ink } from "./svg";

/** Half the width of the plane that is shown. */
export function reachOf(points: Float64Array): number {
  return 1.18 * Math.max(1e-12, ...points.map(Math.abs));
}

export function circleMarkup({ points, turn, nameOf, ringed }: CircleProps, size: number, ink: Ink, table: Uint8ClampedArray): string {
  const n = points.length / 2;
  const scale = size / 2 / reachOf(points);
  const unit = size / 200;
  const x = (i: number) => size / 2 + points[2 * i]! * scale;
  const y = (i: number) => size / 2 - points[2 * i + 1]! * scale;
  const order = Array.from({ length: n }, (_, i) => i);
  const path = order.map((i) => `${x(i).toFixed(1)} ${y(i).toFixed(1)}`).join("L");
  const radius = unit * Math.max(1.6, Math.min(3.6, 330 / n));
  return [
    element("line", { x1: 0, x2: size, y1: size / 2, y2: size / 2, stroke: ink.line }),
    element("line", { x1: size / 2, x2: size / 2, y1: 0, y2: size, stroke: ink.line }),
    element("path", { d: `M${path}`, fill: "none", stroke: ink.soft, "stroke-width": 0.5 * unit, opacity: 0.3 }),
    ...dots(order, turn).map(({ colour, members }) => {
      const d = members.map((i) => `M${x(i).toFixed(2)} ${y(i).toFixed(2)}h0`).join("");
      return element("path", { d, fill: "none", stroke: colourAt(table, colour), "stroke-width": 2 * radius, "stroke-linecap": "round" });
    }),
    ...ringed.flatMap((i) => {
      const length = Math.hypot(points[2 * i]!, points[2 * i + 1]!) || 1;
      const [away, up] = [points[2 * i]! / length, points[2 * i + 1]! / length];
      return [
        element("circle", { cx: x(i), cy: y(i), r: radius + 2.2 * unit, fill: "none", stroke: ink.ink, "stroke-width": 1.4 * unit }),
        text(x(i) + 12 * unit * away, y(i) - 12 * unit * up + 4 * unit, nameOf(i), { "text-anchor": "middle", "font-size": 11 * unit, "font-weight": 600, fill: ink.ink }),
      ];
    }),
  ].join("");
}

/** Colours of the points: so many that neighbours look alike, and few enough that a step of the slider makes few elements. */
const COLOURS = 32;

/** The points of each colour, which is a share of a turn. */
function dots(order: number[], turn: (index: number) => number): { colour: number; members: number[] }[] {
  const groups = Array.from({ length: COLOURS }, (_, at) => ({ colour: (at + 0.5) / COLOURS, members: [] as number[] }));
  for (const i of order) groups[Math.min(COLOURS - 1, Math.floor(turn(i) * COLOURS))]!.members.push(i);
  return groups.filter(({ members }) => members.length > 0);
}
