/** What a view shows of a quantity: the drawing, or that it is on its way, or why there is none. */
import type { JSX } from "preact";
import type { Answer } from "../engine/client";

export function Computed<T>({ answer, children }: { answer: Answer<T>; children: (value: NonNullable<T>) => JSX.Element }): JSX.Element {
  if (answer.error) return <p class="error">{answer.error}</p>;
  if (answer.value === null || answer.value === undefined) return <p class="waiting">Computing …</p>;
  return children(answer.value);
}
