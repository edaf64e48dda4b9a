/** The strip above the page of a served run: the way back to the list, and what is happening to the run. */
import type { JSX } from "preact";
import { whole } from "../draw/numbers";
import { engineState } from "../engine/client";
import { homeAddress } from "../index_page/frame";
import { page } from "../page";
import { step, wantedStep } from "../state";
import { connection } from "./server";
import { gone, note, row } from "./served_run";

export function LiveBar(): JSX.Element {
  const run = page().run;
  const now = { status: row.value?.status ?? run.status, step: row.value?.step ?? run.step };
  return (
    <nav class="live-bar" aria-label="Runs">
      <a href={homeAddress()}>All runs</a>
      <span role="status">{gone.value ? "The run has been deleted. The page shows what was loaded before." : doing(now.status, now.step, run.steps_planned)}</span>
      {now.status === "running" && !gone.value && engineState.value === "ready" && (
        <label>
          <input type="checkbox" checked={wantedStep.value < 0} onChange={(event) => (wantedStep.value = event.currentTarget.checked ? -1 : (step.value ?? -1))} /> follow the newest step
        </label>
      )}
      {connection.value === "lost" && <span role="alert">The server does not answer, so nothing here is updated.</span>}
      {note.value && <span class="note">{note.value}</span>}
    </nav>
  );
}

function doing(status: string, at: number, planned: number | null): string {
  const steps = whole(at);
  if (status === "running") return planned ? `In training: step ${steps} of ${whole(planned)}` : `In training: step ${steps}`;
  return `${status[0]!.toUpperCase()}${status.slice(1)} at step ${steps}`;
}
