/** Tells screen readers the step in view, once the slider rests. */
import { useSignal, useSignalEffect } from "@preact/signals";
import type { JSX } from "preact";
import { page } from "../page";
import { step } from "../state";
import { phaseAt, valueAt } from "./moments";
import { playing } from "./play";
import { whole } from "../draw/numbers";
import { nats } from "./words";

/** Milliseconds without a move after which the step is announced. */
const REST = 700;

export function Announcer(): JSX.Element {
  const words = useSignal("");
  useSignalEffect(() => {
    const at = step.value;
    if (at === null || playing.value) return;
    const timer = setTimeout(() => (words.value = described(at)), REST);
    return () => clearTimeout(timer);
  });
  return (
    <p class="unseen" aria-live="polite">
      {words}
    </p>
  );
}

function described(at: number): string {
  const { metrics } = page();
  const losses = [
    ["train loss", valueAt(metrics, "train_loss", at)],
    ["test loss", valueAt(metrics, "test_loss", at)],
  ] as const;
  const known = losses.filter(([, value]) => value !== null).map(([name, value]) => `${name} ${nats(value)}`);
  return [`Step ${whole(at)}`, phaseAt(at), ...known].filter(Boolean).join(", ");
}
