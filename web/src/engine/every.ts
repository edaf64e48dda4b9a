/** A quantity of every checkpoint of the page, for curves through training that are not in its tables. */
import { useEffect, useState } from "preact/hooks";
import { engineState, ask } from "./client";
import type { Args, Name, Result } from "./quantity";
import { steps } from "../state";

/** One value per checkpoint; null until the last has arrived. For quantities that take a few milliseconds each. */
export function useEveryCheckpoint<N extends Name>(name: N, args: Args<N>): Result<N>[] | null {
  const [values, setValues] = useState<Result<N>[] | null>(null);
  const isReady = engineState.value === "ready";
  const key = JSON.stringify(args);
  useEffect(() => {
    if (!isReady) return;
    let isWanted = true;
    Promise.all(steps.value.map((_, index) => ask(name, index, args))).then(
      (all) => isWanted && setValues(all),
      () => isWanted && setValues(null),
    );
    return () => void (isWanted = false);
  }, [name, key, isReady, steps.value]);
  return values;
}
