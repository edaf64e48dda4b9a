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
    ...order.map((i) => element("circle", { cx: x(i), cy: y(i), r: radius, fill: colourAt(table, turn(i)) })),
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
