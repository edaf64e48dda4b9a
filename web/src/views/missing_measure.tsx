/** What a view says where a measure is missing, and the command that adds it. */
import type { JSX } from "preact";
import { page } from "../page";

/** Name of the page's extra data that says why nothing could be measured, where the page is not that of a stored run. */
export const REASON = "missing-measure";

export function MissingMeasure({ what }: { what: string }): JSX.Element {
  const { [REASON]: reason } = page().extra;
  if (typeof reason === "string") return <p class="missing">{reason}</p>;
  return (
    <p class="missing">
      {what} was not measured on this run. The command <code>latebloom measure {page().run.name}</code> adds it.
    </p>
  );
}
