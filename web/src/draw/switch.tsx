/** A choice of a few, side by side: radio buttons with the look of one switch. */
import type { JSX } from "preact";

interface SwitchProps<T extends string> {
  /** Name for screen readers. */
  label: string;
  options: readonly (readonly [T, string])[];
  value: T;
  onChange(value: T): void;
}

export function Switch<T extends string>({ label, options, value, onChange }: SwitchProps<T>): JSX.Element {
  return (
    <div class="switch" role="radiogroup" aria-label={label}>
      {options.map(([name, words]) => (
        <label key={name}>
          <input type="radio" name={label} checked={name === value} onChange={() => onChange(name)} />
          {words}
        </label>
      ))}
    </div>
  );
}
