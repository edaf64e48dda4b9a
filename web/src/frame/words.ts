/** Numbers as the frame and the tour write them. */
import { shown } from "../draw/heatmap";

/** Keeps a number and its unit on one line. */
const JOIN = "\u00a0";

/** A step with separators of thousands. */
export function stepText(step: number): string {
  return Math.round(step).toLocaleString("en");
}

/** A share between 0 and 1 in percent; "not defined" for null. */
export function percent(share: number | null): string {
  if (share === null) return shown(share);
  const value = 100 * share;
  // 99.97 % must not read as 100 %.
  const digits = share < 1 && value > 99 ? 2 : value < 10 ? 1 : 0;
  return `${value.toFixed(digits)}${JOIN}%`;
}

/** A loss with its unit. */
export function nats(loss: number | null): string {
  return loss === null ? shown(loss) : `${shown(loss)}${JOIN}nats`;
}
