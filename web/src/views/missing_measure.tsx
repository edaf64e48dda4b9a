/** What a view says where a measure is missing: why, and the command that adds it. */
import type { JSX } from "preact";
import { page } from "../page";

/** Name of the page's extra data that says why nothing could be measured, where the page is not that of a stored run. */
export const REASON = "missing-measure";

export function MissingMeasure({ what }: { what: string }): JSX.Element {
  const { extra, measures, missing, run } = page();
  const reason = extra[REASON];
  if (typeof reason === "string") return <p class="missing">{reason}</p>;
  if (measures.step.length > 0) return <p class="missing">{what} is not among the measures of this run.</p>;
  if (missing["weights"]) return <p class="missing">{missing["weights"]}</p>;
  return (
    <p class="missing">
      {what} was not measured on this run. The command <code>latebloom measure {run.name}</code> adds it.
    </p>
  );
}
