/** The key frequencies in their colours. A chip lights its frequency up in every view. */
import type { JSX } from "preact";
import { colourOf } from "../draw/palette";
import { page } from "../page";
import { frequency, toggleFrequency } from "../state";

export function Chips(): JSX.Element | null {
  const keys = page().modular?.key_frequencies ?? [];
  const other = frequency.value !== null && !keys.includes(frequency.value) ? [frequency.value] : [];
  if (keys.length + other.length === 0) return null;
  return (
    <div class="chips" role="group" aria-label="Key frequencies">
      {[...keys, ...other].map((k) => (
        <button
          type="button"
          class="chip"
          key={k}
          aria-pressed={frequency.value === k}
          title={`Light frequency ${k} up in every view`}
          onClick={() => toggleFrequency(k)}
        >
          <i style={{ background: colourOf(k) }} aria-hidden="true" />
          k = {k}
        </button>
      ))}
    </div>
  );
}
