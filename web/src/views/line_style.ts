/** Looks of lines that are told apart by position alone. */
import { seriesColour } from "../draw/palette";

/** A colour by position; dashed where the colours begin again. */
export function styleOf(index: number): { colour: string; dashed: boolean } {
  const colour = seriesColour(index);
  return { colour, dashed: Array.from({ length: index }, (_, before) => seriesColour(before)).includes(colour) };
}
