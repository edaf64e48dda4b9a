/** The sequence, the head and the position that the views of sequences show together; in the address like all choices. */
import { computed } from "@preact/signals";
import { page, type ExampleSequence } from "./page";
import { edited } from "./sequence_tasks";
import { asNumber, asNumbers, inAddress } from "./url";

/** Index of the page's example in view. */
export const example = inAddress("example", 0, asNumber);

/** Tokens that the visitor typed instead; [] shows the example. */
export const typed = inAddress("tokens", [], asNumbers);

/** Layer and head in view; [] for the one that the view chooses. */
export const head = inAddress("head", [], asNumbers);

/** Position whose attention is shown; -1: the last at which an answer is read. */
export const query = inAddress("query", -1, asNumber);

/** The sequence in view. */
export const sequence = computed<ExampleSequence>(() => {
  const { sequences } = page().examples!;
  const chosen = sequences[example.value] ?? sequences[0]!;
  return typed.value.length ? (edited(page(), chosen, typed.value) ?? chosen) : chosen;
});

export const shownQuery = computed(() => {
  const { tokens, read } = sequence.value;
  return query.value >= 0 && query.value < tokens.length ? query.value : (read[read.length - 1] ?? tokens.length - 1);
});

/** Show one of the page's examples. */
export function showExample(index: number): void {
  example.value = index;
  typed.value = [];
}
