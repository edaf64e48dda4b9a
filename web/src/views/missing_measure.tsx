/** What a view says where a measure is missing, and the command that adds it. */
import type { JSX } from "preact";
import { page } from "../page";

export function MissingMeasure({ what }: { what: string }): JSX.Element {
  return (
    <p class="missing">
      {what} was not measured on this run. The command <code>latebloom measure {page().run.name}</code> adds it.
    </p>
  );
}
