/** The foot of the page: how to train the run again, and what it was made with. */
import type { JSX } from "preact";
import { page, type Imported } from "../page";

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
      {run.imported ? (
        <Origin imported={run.imported} created={run.created} />
      ) : (
        <p>
          Trained <time dateTime={run.created}>{run.created.slice(0, 10)}</time>
          {run.seconds !== null && ` in ${duration(run.seconds)}`}
          {versions.length > 0 && `, with ${versions.join(", ")}`}.
        </p>
      )}
      <p>Made by latebloom. This file needs no network: mail it, keep it, open it anywhere.</p>
    </footer>
  );
}

/** Where an imported run comes from, and what is assumed and unknown about it. */
function Origin({ imported, created }: { imported: Imported; created: string }): JSX.Element {
  return (
    <>
      <p>
        Imported on <time dateTime={created}>{created.slice(0, 10)}</time> from {imported.file}, {imported.format}, SHA-256 <code>{imported.sha256}</code>. It was not trained here: its seeds, its machine and every setting that the file does not state are unknown.
      </p>
      <Pairs title="Assumed" pairs={imported.assumed} />
      <Pairs title="Left out" pairs={imported.left_out} />
    </>
  );
}

function Pairs({ title, pairs }: { title: string; pairs: Record<string, string> }): JSX.Element | null {
  const entries = Object.entries(pairs);
  if (entries.length === 0) return null;
  return (
    <p>
      {title}: {entries.map(([name, text]) => `${name}: ${text}`).join("; ")}.
    </p>
  );
}

function duration(seconds: number): string {
  if (seconds < 120) return `${Math.round(seconds)} s`;
  return seconds < 7200 ? `${Math.round(seconds / 60)} min` : `${(seconds / 3600).toFixed(1)} h`;
}
