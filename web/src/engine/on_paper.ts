/** What a view is not up to date with, for a print that cannot wait for it. */
import type { ReadonlySignal, Signal } from "@preact/signals";
import { createContext } from "preact";
import { useContext, useEffect } from "preact/hooks";

/** "unseen": nothing is drawn yet. A number: the step of what is drawn. Null: the step in view. */
export type Lag = "unseen" | number | null;

/** The lags of the quantities that one view shows. */
export type Lags = Signal<ReadonlySignal<Lag>[]>;

export const LagsContext = createContext<Lags | null>(null);

/** Tell the card around that this is a quantity of it. */
export function useLag(lag: ReadonlySignal<Lag>): void {
  const lags = useContext(LagsContext);
  useEffect(() => {
    if (lags === null) return;
    lags.value = [...lags.peek(), lag];
    return () => void (lags.value = lags.peek().filter((other) => other !== lag));
  }, [lags]);
}
