/** One of a few options, as a row of buttons. */
import type { JSX } from "preact";

export interface ChoiceProps {
  label: string;
  options: string[];
  chosen: string;
  onChoose(option: string): void;
}

export function Choice({ label, options, chosen, onChoose }: ChoiceProps): JSX.Element {
  return (
    <div class="choice" role="group" aria-label={label}>
      <span>{label}</span>
      {options.map((option) => (
        <button type="button" key={option} aria-pressed={option === chosen} onClick={() => onChoose(option)}>
          {option}
        </button>
      ))}
    </div>
  );
}
