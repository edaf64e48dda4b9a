/** The foot of the page: how to train the run again, and what it was made with. */
import type { JSX } from "preact";
import { page } from "../page";

export function Footer(): JSX.Element {
  const { run } = page();
  const versions = Object.entries(run.versions).map(([name, version]) => `${name} ${version}`);
  return (
    <footer class="foot">
      {run.command && (
        <p>
          Train it again: <code>{run.command}</code>
        </p>
      )}
      <p>
        Trained <time dateTime={run.created}>{run.created.slice(0, 10)}</time> in {duration(run.seconds)}
        {versions.length > 0 && `, with ${versions.join(", ")}`}.
      </p>
      <p>Made by latebloom. This file needs no network: mail it, keep it, open it anywhere.</p>
    </footer>
  );
}

function duration(seconds: number): string {
  if (seconds < 120) return `${Math.round(seconds)} s`;
  return seconds < 7200 ? `${Math.round(seconds / 60)} min` : `${(seconds / 3600).toFixed(1)} h`;
}
