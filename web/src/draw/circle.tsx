/** Numbers as points in a plane, joined in their order and coloured by angle; pointing reads which number a point is. */
import type { JSX } from "preact";
import { useMemo, useState } from "preact/hooks";
import { circleMarkup, reachOf } from "./circle_markup";
import "./draw.css";
import { csvLine, useSaveable } from "./export";
import { shown } from "./numbers";
import { colourTable, isDark } from "./palette";
import { document, PAGE, PAPER } from "./svg";

export interface CircleProps {
  label: string;
  /** n × 2. */
  points: Float64Array;
  /** Angle of each point's colour, as a share of a turn. */
  turn(index: number): number;
  /** Name of each point. */
  nameOf(index: number): string;
  /** Points with a ring and their names. */
  ringed: number[];
  axes: [string, string];
  onPick?(index: number): void;
}

/** Width and height of the drawing, in units of its own. */
const SIZE = 200;
const SAVED = 460;
/** Farthest from a point at which it is read, in units of the drawing. */
const NEAR = 14;

export function Circle(props: CircleProps): JSX.Element {
  const [at, setAt] = useState<number | null>(null);
  const [spoken, setSpoken] = useState("");
  const dark = isDark();
  const { points } = props;
  const n = points.length / 2;
  const table = colourTable("cyclic", dark);
  const svg = useMemo(() => circleMarkup(props, SIZE, PAGE, table), [points, dark, props.ringed.join()]);
  useSaveable({
    svg: () => document(SAVED, SAVED, props.label, circleMarkup(props, SAVED, PAPER, colourTable("cyclic", false))),
    csv: () => [csvLine(["number", ...props.axes]), ...Array.from({ length: n }, (_, i) => csvLine([props.nameOf(i), points[2 * i]!, points[2 * i + 1]!]))].join("\n"),
  });
  const reach = reachOf(points);
  const x = (index: number) => SIZE / 2 + (points[2 * index]! / reach) * (SIZE / 2);
  const y = (index: number) => SIZE / 2 - (points[2 * index + 1]! / reach) * (SIZE / 2);
  const nearest = (event: PointerEvent | MouseEvent): number | null => {
    const box = (event.currentTarget as Element).getBoundingClientRect();
    const [left, top] = [((event.clientX - box.left) / box.width) * SIZE, ((event.clientY - box.top) / box.height) * SIZE];
    let best = -1;
    const away = (index: number) => Math.hypot(x(index) - left, y(index) - top);
    for (let i = 0; i < n; i++) if (best < 0 || away(i) < away(best)) best = i;
    return best >= 0 && away(best) <= NEAR ? best : null;
  };
  const read = (index: number) => `${props.nameOf(index)}: ${props.axes[0]} ${shown(points[2 * index])}, ${props.axes[1]} ${shown(points[2 * index + 1])}`;
  const onKeyDown = (event: KeyboardEvent): void => {
    const move = { ArrowRight: 1, ArrowUp: 1, ArrowLeft: -1, ArrowDown: -1 }[event.key];
    if (move !== undefined) {
      const next = at === null ? (props.ringed[0] ?? 0) : (at + move + n) % n;
      setAt(next);
      setSpoken(read(next));
    } else if (event.key === "Enter" && at !== null) props.onPick?.(at);
    else return;
    event.preventDefault();
    event.stopPropagation();
  };
  return (
    <>
      <div
        class="plot"
        tabIndex={0}
        role="application"
        aria-roledescription="scatter plot"
        aria-label={`${props.label}. Arrow keys to read points${props.onPick ? ", Enter to choose one" : ""}.`}
        style={{ cursor: props.onPick && at !== null ? "pointer" : undefined }}
        onKeyDown={onKeyDown}
        onPointerMove={(event) => setAt(nearest(event))}
        onPointerLeave={() => setAt(null)}
        onBlur={() => setAt(null)}
        onClick={(event) => {
          const chosen = nearest(event);
          if (chosen !== null) props.onPick?.(chosen);
        }}
      >
        <svg viewBox={`0 0 ${SIZE} ${SIZE}`} aria-hidden="true" dangerouslySetInnerHTML={{ __html: svg }} />
        {at !== null && (
          <span class="point-name" style={{ left: `${(100 * x(at)) / SIZE}%`, top: `${(100 * y(at)) / SIZE}%` }}>
            {props.nameOf(at)}
          </span>
        )}
      </div>
      <span class="visually-hidden" aria-live="polite">
        {spoken}
      </span>
    </>
  );
}
