/** A loss as the frame and the tour write it, with its unit on the same line. */
import { shown } from "../draw/numbers";

export function nats(loss: number | null): string {
  return loss === null ? shown(loss) : `${shown(loss)}\u00a0nats`;
}
