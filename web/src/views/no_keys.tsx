/** What a view of the key frequencies says where there are none. */
import type { JSX } from "preact";
import { page } from "../page";

export function hasKeys(): boolean {
  return page().modular!.key_frequencies.length > 0;
}

export function NoKeys(): JSX.Element {
  if (page().pending.includes("explanation")) return <p class="waiting">The key frequencies of the model are being determined.</p>;
  return <p class="missing">The model of the last step has no key frequencies, so there are no waves to keep or to remove.</p>;
}
