/** Names at the right ends of lines, moved apart so that none covers another. */

export interface EndLabel {
  text: string;
  colour: string;
  /** Height at which the line ends, in pixels from the top. */
  y: number;
}

/** Height of a line of text in pixels. */
const APART = 14;

/** The same labels, at heights at least a line of text apart and between `top` and `bottom`, in the order of the lines' ends. */
export function movedApart(labels: EndLabel[], top: number, bottom: number): EndLabel[] {
  const sorted = labels.map((label) => ({ ...label, y: Math.max(top, Math.min(bottom, label.y)) })).sort((a, b) => a.y - b.y);
  for (let i = 1; i < sorted.length; i++) sorted[i]!.y = Math.max(sorted[i]!.y, sorted[i - 1]!.y + APART);
  let lowest = bottom;
  for (let i = sorted.length - 1; i >= 0; i--) {
    sorted[i]!.y = Math.min(sorted[i]!.y, lowest);
    lowest = sorted[i]!.y - APART;
  }
  return sorted;
}
