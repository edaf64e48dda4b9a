/** The list of runs. */
import type { JSX } from "preact";
import { useEffect, useRef, useState } from "preact/hooks";
import { whole } from "../draw/numbers";
import { pathOf, type Row } from "../live/server";
import { address, Frame } from "./frame";
import { all, arrived, followList, found, groups, ORDERS, order, status, statuses, tick, ticked, words, type Group } from "./list";
import { Outcome } from "./outcome";
import { Sparkline } from "./sparkline";

/** Cards of a group that are drawn before the visitor asks for more. */
const FIRST = 60;

export function Index({ folder }: { folder: string }): JSX.Element {
  const search = useRef<HTMLInputElement>(null);
  useEffect(followList, []);
  useEffect(() => {
    const listen = (event: KeyboardEvent) => onKey(event, search.current!);
    addEventListener("keydown", listen);
    return () => removeEventListener("keydown", listen);
  }, []);
  return (
    <Frame title="Runs">
      <p class="what">
        In <code>{folder}</code>. Keys: / searches, j and k go from run to run, Enter opens, x ticks, c compares the ticked runs.
      </p>
      <div class="controls">
        <label>
          Search <input ref={search} type="search" value={words.value} onInput={(event) => (words.value = event.currentTarget.value)} />
        </label>
        <label>
          Status{" "}
          <select value={status.value} onChange={(event) => (status.value = event.currentTarget.value)}>
            <option value="">all</option>
            {statuses.value.map(([name, count]) => (
              <option value={name} key={name}>
                {name} ({count})
              </option>
            ))}
          </select>
        </label>
        <label>
          Order{" "}
          <select value={order.value} onChange={(event) => (order.value = event.currentTarget.value)}>
            {Object.entries(ORDERS).map(([name, { title }]) => (
              <option value={name} key={name}>
                {title}
              </option>
            ))}
          </select>
        </label>
        <CompareLink />
      </div>
      <p role="status" class="what">
        {summary()}
      </p>
      {groups.value.map((group) => (
        <Folder key={group.place} group={group} />
      ))}
    </Frame>
  );
}

function summary(): string {
  if (!arrived.value) return "Loading …";
  if (all.value.length === 0) return "There are no runs yet. Train one with `latebloom train RECIPE`; it appears here as soon as it begins.";
  const training = all.value.filter((row) => row.status === "running").length;
  const shown = found.value.length === all.value.length ? `${all.value.length} ${all.value.length === 1 ? "run" : "runs"}` : `${found.value.length} of ${all.value.length} runs`;
  return training ? `${shown}, ${training} in training` : shown;
}

/** Where the ticked runs are compared: names are separated by commas, and commas in a name are escaped. */
export function compareAddress(names: Iterable<string>): string {
  return address(`/compare?runs=${[...names].map(encodeURIComponent).join(",")}`);
}

function CompareLink(): JSX.Element | null {
  const names = ticked.value;
  if (names.size === 0) return <span class="what">Tick runs to compare them.</span>;
  return (
    <a class="button" id="compare" href={compareAddress(names)}>
      Compare {names.size === 1 ? "1 run" : `${names.size} runs`}
    </a>
  );
}

function Folder({ group }: { group: Group }): JSX.Element {
  const [count, setCount] = useState(FIRST);
  const rows = group.rows.slice(0, count);
  const rest = group.rows.length - rows.length;
  return (
    <section aria-labelledby={`folder-${group.place}`}>
      <h2 id={`folder-${group.place}`}>{group.place || "Single runs"}</h2>
      {group.place && (
        <p class="what">
          {counted(group.rows)}. <a href={address(`/sweep/${pathOf(group.place)}`)}>Show as a phase diagram</a>{" "}
          <a href={compareAddress(group.rows.slice(0, MOST_COMPARED).map((row) => row.name))}>Compare{group.rows.length > MOST_COMPARED ? ` the first ${MOST_COMPARED}` : ""}</a>
        </p>
      )}
      <ul class="runs">
        {rows.map((row) => (
          <RunCard key={row.name} row={row} ticked={ticked.value.has(row.name)} />
        ))}
      </ul>
      {rest > 0 && (
        <button type="button" onClick={() => setCount(count + 10 * FIRST)}>
          Show {Math.min(rest, 10 * FIRST)} more of {rest}
        </button>
      )}
    </section>
  );
}

/** More runs on one axis cannot be told apart. */
const MOST_COMPARED = 20;

function counted(rows: Row[]): string {
  const counts = new Map<string, number>();
  for (const row of rows) {
    const word = row.status === "running" ? "in training" : (row.outcome ?? row.status);
    counts.set(word, (counts.get(word) ?? 0) + 1);
  }
  return [...counts].map(([word, count]) => `${count} ${word}`).join(", ");
}

function RunCard({ row, ticked: on }: { row: Row; ticked: boolean }): JSX.Element {
  const facts = [row.recipe, row.task, row.seed === null ? null : `seed ${row.seed}`].filter((part) => part !== null);
  const short = row.place ? row.name.slice(row.place.length + 1) : row.name;
  const opens = row.status !== "damaged" && row.status !== "not opened";
  return (
    <li class={`run ${row.status.replace(" ", "-")}`} data-run={row.name}>
      <div class="run-head">
        <input type="checkbox" aria-label={`Tick ${row.name}`} checked={on} disabled={!opens} onChange={(event) => tick(row.name, event.currentTarget.checked)} />
        <h3>{opens ? <a href={address(`/run/${pathOf(row.name)}`)}>{short}</a> : short}</h3>
        <span class="status">{row.status}</span>
      </div>
      {row.curves && <Sparkline curves={row.curves} />}
      {facts.length > 0 && <p>{facts.join(" · ")}</p>}
      {row.step !== null && (
        <p>
          {row.status === "running" && row.steps_planned ? <progress value={row.step} max={row.steps_planned} aria-label={`Progress of ${row.name}`} /> : null} step {whole(row.step)}
          {row.steps_planned !== null && ` of ${whole(row.steps_planned)}`} {row.outcome && <Outcome outcome={row.outcome} soFar={row.status === "running"} />}
        </p>
      )}
      {row.message && <p class="message">{row.message}</p>}
    </li>
  );
}

/** The keys of the list, unless the visitor types into a field. */
function onKey(event: KeyboardEvent, search: HTMLInputElement): void {
  const target = event.target as HTMLElement;
  if (event.ctrlKey || event.metaKey || event.altKey) return;
  if (target.matches("input[type=search], select")) {
    if (event.key === "Escape") target.blur();
    return;
  }
  if (event.key === "/") {
    event.preventDefault();
    search.focus();
  } else if (event.key === "j" || event.key === "k") moveFocus(event.key === "j" ? 1 : -1);
  else if (event.key === "x") target.closest("li.run")?.querySelector<HTMLInputElement>("input[type=checkbox]")?.click();
  else if (event.key === "c") document.getElementById("compare")?.click();
}

function moveFocus(by: number): void {
  const links = [...document.querySelectorAll<HTMLAnchorElement>("li.run h3 a")];
  const card = document.activeElement?.closest("li.run");
  const at = card ? links.findIndex((link) => card.contains(link)) : by > 0 ? -1 : links.length;
  links[Math.max(0, Math.min(links.length - 1, at + by))]?.focus();
}
