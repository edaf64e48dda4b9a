/** Icons of the controls, drawn in the colour of the text around them. */
import type { JSX } from "preact";

const PATHS = {
  play: "M6 4l12 8-12 8z",
  stop: "M6 5h4v14H6zM14 5h4v14h-4z",
  before: "M5 5h3v14H5zM19 5v14L9 12z",
  next: "M16 5h3v14h-3zM5 5l10 7-10 7z",
};

export function Icon({ name }: { name: keyof typeof PATHS }): JSX.Element {
  return (
    <svg class="glyph" viewBox="0 0 24 24" aria-hidden="true">
      <path d={PATHS[name]} fill="currentColor" />
    </svg>
  );
}
