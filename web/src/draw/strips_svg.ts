/** Strips as an SVG document, to save. */
import { shown } from "./numbers";
import { escaped } from "./svg";
import { points, type Strip, type StripsProps } from "./strips";

const WIDTH = 640;
const LEFT = 150;
const HEIGHT = 48;

export function stripsAsSvg(props: StripsProps): string {
  let at = 30;
  const rows = props.strips.map((strip) => {
    const height = strip.tall ? 2 * HEIGHT : HEIGHT;
    const row = rowAsSvg(strip, props, at, height);
    at += height + 8;
    return row;
  });
  const key = props.marks.map((mark) => `${mark.name}: ${props.zName} = ${props.zLabel(mark.z)}`).join("; ");
  return `<svg xmlns="http://www.w3.org/2000/svg" width="${LEFT + WIDTH + 20}" height="${at + 50}" font-family="sans-serif" font-size="12">
<rect width="100%" height="100%" fill="white"/><text x="10" y="18" font-size="14">${escaped(props.label)}</text>
${rows.join("\n")}
<text x="${LEFT}" y="${at + 10}">${props.zName} = ${escaped(props.zLabel(0))}</text><text x="${LEFT + WIDTH}" y="${at + 10}" text-anchor="end">${escaped(props.zLabel(props.count - 1))}</text>
<text x="${LEFT}" y="${at + 32}">${escaped(key)}</text></svg>`;
}

function rowAsSvg(strip: Strip, { count, marks }: StripsProps, top: number, height: number): string {
  const across = WIDTH / count;
  const line = (mark: StripsProps["marks"][number]) =>
    `<line x1="${mark.z + 0.5}" x2="${mark.z + 0.5}" y1="-1" y2="1" stroke="${solid(mark.colour)}" ${mark.dashed ? 'stroke-dasharray="4 3"' : ""} vector-effect="non-scaling-stroke"/>`;
  const curve = (values: ArrayLike<number>, colour: string, width: number) =>
    `<polyline fill="none" stroke="${solid(colour)}" stroke-width="${width}" vector-effect="non-scaling-stroke" points="${points(values, strip.top)}"/>`;
  return `<text x="${LEFT - 8}" y="${top + height / 2 + 4}" text-anchor="end">${escaped(strip.name)}</text><text x="${LEFT - 8}" y="${top + height / 2 + 18}" text-anchor="end" fill="#666" font-size="10">±${shown(strip.top)}</text>
<g transform="translate(${LEFT} ${top + height / 2}) scale(${across} ${height / 2})"><line x1="0" x2="${count}" y1="0" y2="0" stroke="#bbb" vector-effect="non-scaling-stroke"/>
${marks.map(line).join("")}<g opacity="${strip.faint ? 0.25 : 1}">${curve(strip.values, strip.colour, 1.5)}${strip.over ? curve(strip.over, "#888", 1) : ""}</g></g>`;
}

/** Colours of the page's theme mean nothing in a file of its own: they become black. */
function solid(colour: string): string {
  return colour.startsWith("var(") ? "black" : colour;
}
