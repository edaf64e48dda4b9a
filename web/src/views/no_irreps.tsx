/** What a view of the key representations says where there are none. */
import type { JSX } from "preact";
import { page } from "../page";

export function NoIrreps(): JSX.Element {
  if (page().pending.includes("explanation")) return <p class="waiting">The key representations of the model are being determined.</p>;
  return <p class="missing">The model of the last step has no key representations, so there is nothing to keep or to remove.</p>;
}
