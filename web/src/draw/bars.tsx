/** Bars over whole numbers, several side by side at each: hover read-out, keyboard, clicks, saving. */
import type { JSX } from "preact";
import { useMemo, useState } from "preact/hooks";
import { barsMarkup, type BarPart } from "./bars_markup";
import "./draw.css";
import { csvLine, useSaveable } from "./export";
import { shown } from "./numbers";
import { onPaper } from "./palette";
import { document, PAGE, PAPER } from "./svg";
import { useWidth } from "./use_width";

export interface BarsProps {
  label: string;
  /** Ascending whole numbers, one after the other. */
  x: number[];
  xName: string;
  yName: string;
  /** Values for each x; later parts are paler. */
  parts: BarPart[];
  colourOf(x: number): string;
  /** Numbers that are written over their bars. */
  named: number[];
  /** The number that is lit up. */
  lit?: number | null;
  onPick?(x: number): void;
  height?: number;
}

const HEIGHT = 230;
/** Size of a saved picture in pixels. */
const SAVED = { width: 860, height: 330 };

export function Bars(props: BarsProps): JSX.Element {
  const [place, width] = useWidth<HTMLDivElement>(400);
  const [at, setAt] = useState<number | null>(null);
  const [spoken, setSpoken] = useState("");
  const { x, parts } = props;
  const height = props.height ?? HEIGHT;
  const drawn = useMemo(() => barsMarkup(props, { width, height }, PAGE, props.colourOf), [width, height, x, props.lit, props.named.join(), ...parts.map((part) => part.values), props.colourOf]);
  useSaveable({
    svg: () => document(SAVED.width, SAVED.height, props.label, barsMarkup(props, SAVED, PAPER, (k) => onPaper(props.colourOf(k))).svg),
    csv: () => [csvLine([props.xName, ...parts.map((part) => `${part.label} (${props.yName})`)]), ...x.map((value, i) => csvLine([value, ...parts.map((part) => part.values[i]!)]))].join("\n"),
  });
  const indexAt = (event: MouseEvent): number => {
    const from = event.clientX - place.current!.getBoundingClientRect().left;
    return Math.max(0, Math.min(x.length - 1, Math.floor((from - drawn.left) / drawn.slot)));
  };
  const read = (index: number): string => `${props.xName} ${x[index]}: ${parts.map((part) => `${part.label} ${shown(part.values[index])}`).join(", ")} (${props.yName})`;
  const onKeyDown = (event: KeyboardEvent): void => {
    const now = at ?? Math.max(0, x.indexOf(props.lit ?? x[0]!));
    const to: Record<string, number> = { ArrowLeft: now - 1, ArrowRight: now + 1, Home: 0, End: x.length - 1 };
    const next = to[event.key];
    if (next !== undefined) {
      const kept = Math.max(0, Math.min(x.length - 1, next));
      setAt(kept);
      setSpoken(read(kept));
    } else if (event.key === "Enter") props.onPick?.(x[now]!);
    else return;
    event.preventDefault();
    event.stopPropagation();
  };
  return (
    <figure class="bars">
      <div
        class="plot"
        ref={place}
        tabIndex={0}
        role="application"
        aria-roledescription="bar chart"
        aria-label={`${props.label}, ${props.yName} by ${props.xName}. Arrow keys to read values${props.onPick ? ", Enter to light one up" : ""}.`}
        style={{ cursor: props.onPick ? "pointer" : undefined, height: `${height}px` }}
        onKeyDown={onKeyDown}
        onPointerMove={(event) => setAt(indexAt(event))}
        onPointerLeave={() => setAt(null)}
        onBlur={() => setAt(null)}
        onClick={(event) => props.onPick?.(x[indexAt(event)]!)}
      >
        {at !== null && <span class="slot" style={{ transform: `translateX(${drawn.left + at * drawn.slot}px)`, width: `${drawn.slot}px`, top: `${drawn.top}px`, height: `${drawn.bottom - drawn.top}px` }} />}
        <svg width={width} height={height} viewBox={`0 0 ${width} ${height}`} aria-hidden="true" dangerouslySetInnerHTML={{ __html: drawn.svg }} />
      </div>
      <span class="read">{at === null ? (props.lit != null && x.includes(props.lit) ? read(x.indexOf(props.lit)) : " ") : read(at)}</span>
      <span class="visually-hidden" aria-live="polite">
        {spoken}
      </span>
    </figure>
  );
}
