/** Names and values of the lines. Each name is a button that hides its line and shows it again. */
import type { JSX } from "preact";
import type { Hidden } from "./hidden_lines";
import type { Line } from "./lines";
import { shown } from "./numbers";

export interface Reading {
  line: Line;
  /** The value recorded nearest to the cursor, and where it was recorded. */
  sample: { x: number; value: number | null } | null;
  /** Whether other lines were recorded at more places, so that room is kept for where this one was read. */
  sparse: boolean;
}

interface LegendProps {
  readings: Reading[];
  /** Where values are read. */
  at: number;
  hidden: Hidden;
  format(value: number | null | undefined): string;
  /** Called with the line that the visitor points to; null afterwards. */
  onPoint(index: number | null): void;
}

export function Legend({ readings, at, hidden, format, onPoint }: LegendProps): JSX.Element {
  return (
    <div class="legend" role="group" aria-label="Lines">
      {readings.map(({ line, sample, sparse }, index) => line.unnamed || (
        <button
          type="button"
          key={line.label}
          aria-pressed={!hidden.names.value.has(line.label)}
          onClick={() => hidden.toggle(line.label)}
          onPointerEnter={() => onPoint(index)}
          onPointerLeave={() => onPoint(null)}
          onFocus={() => onPoint(index)}
          onBlur={() => onPoint(null)}
        >
          <svg width="22" height="8" aria-hidden="true">
            <line x1="1" x2="21" y1="4" y2="4" stroke={line.colour} stroke-width={Math.min(3, line.width ?? 2)} stroke-dasharray={line.dashed ? "6 3" : undefined} opacity={line.faint ? 0.6 : 1} />
          </svg>
          <span class="name">{line.label}</span>
          <span class="value">{format(sample?.value)}</span>
          {sparse && sample && (
            <span class="where" style={{ visibility: sample.x === at ? "hidden" : undefined }}>
              at {shown(sample.x)}
            </span>
          )}
        </button>
      ))}
    </div>
  );
}
