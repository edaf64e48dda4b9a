/** The head of the page: what the run is, how it ended, and the page's own controls. */
import type { JSX } from "preact";
import { representations } from "../irreps";
import { leftOut } from "../operands";
import { page } from "../page";
import { storyStop, theme } from "../state";
import { openStory, storyIsOffered, storyStops } from "../story/tour";
import { helpIsOpen, nextTheme } from "./keys";
import { preparing, printAll } from "./print";
import { withCode } from "./with_code";
import { accuracy, whole } from "../draw/numbers";

export function Header(): JSX.Element {
  const { run, missing } = page();
  const omitted = leftOut();
  return (
    <header class="top">
      <div class="headline">
        <p class="eyebrow">latebloom · {run.imported ? `imported from ${run.imported.file}` : run.recipe}</p>
        <h1>{run.name}</h1>
        <p class="what">
          {summary()}, {run.seed === null ? "seed unknown" : `seed ${run.seed}`}: <strong>{outcome()}</strong> <span class="soft">({run.imported ? "imported" : `${run.status}, step ${whole(run.step)}`})</span>
        </p>
        <p class="reason">{run.headline}</p>
        {omitted && <p class="reason">{omitted}</p>}
        {Object.entries(missing).map(([entry, reason]) => (
          <p class="reason" key={entry}>
            {withCode(reason)}
          </p>
        ))}
      </div>
      <LastValues />
      <div class="actions">
        {storyIsOffered() && (
          <button type="button" class="primary" aria-expanded={storyStop.value !== null} onClick={openStory}>
            Guided tour <span class="count">{storyStops().length} stops</span>
          </button>
        )}
        <button type="button" class="plain" onClick={nextTheme}>
          Theme: {theme.value || "system"}
        </button>
        <button type="button" class="plain" disabled={preparing.value} onClick={() => void printAll()}>
          {preparing.value ? "Drawing every view …" : "Print"}
        </button>
        <button type="button" class="plain" aria-label="Keys" title="Keys (?)" onClick={() => (helpIsOpen.value = true)}>
          ?
        </button>
      </div>
    </header>
  );
}

/** What became of the run; of one in training, up to now. */
function outcome(): string {
  const { run } = page();
  if (run.outcome === null) return "outcome not known";
  return run.status === "running" ? `${run.outcome} so far` : run.outcome;
}

/** The task with its numbers. */
function summary(): string {
  const { task } = page();
  const group = representations(page())?.group;
  if (group) return `x∘y in the group ${group}`;
  return task.p === undefined ? task.summary : task.summary.replace(/\bp-1\b/, String(task.p - 1)).replace(/\bp\b/, String(task.p));
}

/** Columns of the metrics that the head of the page shows, with what they are called. */
const HEAD: [string, string][] = [
  ["train_accuracy", "train accuracy"],
  ["test_accuracy", "test accuracy"],
];

function LastValues(): JSX.Element | null {
  const { step, columns } = page().metrics;
  const known = HEAD.filter(([column]) => columns[column] !== undefined);
  if (known.length === 0) return null;
  return (
    <dl class="figures" aria-label={`At the last logged step, ${whole(step.at(-1) ?? 0)}`}>
      {known.map(([column, name]) => (
        <div key={column}>
          <dt>{name}</dt>
          <dd>{accuracy(columns[column]!.at(-1) ?? null)}</dd>
        </div>
      ))}
    </dl>
  );
}
