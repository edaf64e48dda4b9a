/** The outcome of a run as a coloured word; the words are those of Python's `latebloom.phases`. */
import type { JSX } from "preact";

/** From most to least delayed generalisation, as `latebloom.phases.OUTCOMES`, with the letter of each. */
export const LETTERS: Record<string, string> = {
  grokked: "G",
  "generalised at once": "A",
  "partly generalised": "P",
  memorised: "M",
  "learned nothing": "N",
};

/** Name of the CSS variable with the colour of an outcome; null: undecided. */
export function colourName(outcome: string | null): string {
  return outcome !== null && outcome in LETTERS ? `--${outcome.replaceAll(" ", "-")}` : "--undecided";
}

export function Outcome({ outcome, soFar }: { outcome: string; soFar: boolean }): JSX.Element {
  return (
    <span class="outcome" style={{ background: `var(${colourName(outcome)})` }}>
      {outcome}
      {soFar && " so far"}
    </span>
  );
}
