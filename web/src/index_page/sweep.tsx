/** A sweep as a phase diagram: a cell for each pair of values, coloured by the outcome of its runs, or by their step. */
import type { JSX } from "preact";
import { useEffect } from "preact/hooks";
import { signal } from "@preact/signals";
import { csvLine, useSaveable } from "../draw/export";
import { shown, whole } from "../draw/numbers";
import { escaped } from "../draw/svg";
import { colourTable, isDark } from "../draw/palette";
import { getJson, listen, pathOf } from "../live/server";
import { asText, inAddress } from "../url";
import { address, Frame } from "./frame";
import { compareAddress } from "./index_page";
import { colourName, LETTERS } from "./outcome";
import { Panel } from "./panel";

type Level = number | string;

/** Cells as `latebloom.statistics.phase_diagram`, with their runs and the median step at which they generalise. */
interface Cell {
  x: Level;
  y: Level;
  n: number;
  undecided: number;
  shares: Record<string, number>;
  majority: string | null;
  reason: string | null;
  runs: string[];
  median: { value: number | null; low: number | null; high: number | null; reason: string | null };
}

interface Diagram {
  x: string;
  y: string;
  x_levels: Level[];
  y_levels: Level[];
  cells: Cell[];
}

interface Sweep {
  fields: string[];
  diagrams: Diagram[];
  runs: { name: string; status: string; outcome: string | null; generalised_at: number | null }[];
  cannot: Record<string, string>;
}

const sweep = signal<Sweep | null>(null);
const problem = signal("");
const axes = inAddress("axes", "", asText);
const colouring = inAddress("colour", "outcome", asText);
/** The cell whose runs are listed, "x y" by position. */
const chosen = inAddress("cell", "", asText);

/** Seconds between two looks at a sweep that is growing. */
const LOOK_AGAIN = 10;

export function SweepPage({ name }: { name: string }): JSX.Element {
  useEffect(() => follow(name), []);
  const shownSweep = sweep.value;
  const diagram = shownSweep?.diagrams.find((one) => `${one.x} ${one.y}` === axes.value) ?? shownSweep?.diagrams[0];
  return (
    <Frame title={name}>
      {problem.value && <p role="alert">{problem.value}</p>}
      {!shownSweep && !problem.value && <p role="status">The outcomes of the runs are being read …</p>}
      {shownSweep && diagram && (
        <>
          <div class="controls">
            <label>
              Axes{" "}
              <select value={`${diagram.x} ${diagram.y}`} onChange={(event) => ((axes.value = event.currentTarget.value), (chosen.value = ""))}>
                {shownSweep.diagrams.map((one) => (
                  <option key={`${one.x} ${one.y}`} value={`${one.x} ${one.y}`}>
                    {one.x} and {one.y}
                  </option>
                ))}
              </select>
            </label>
            <label>
              Colour{" "}
              <select value={colouring.value} onChange={(event) => (colouring.value = event.currentTarget.value)}>
                <option value="outcome">outcome of most runs</option>
                <option value="step">median step of generalisation</option>
              </select>
            </label>
          </div>
          <Panel title={`${colouring.value === "outcome" ? "Outcome" : "Step of generalisation"} by ${diagram.x} and ${diagram.y}`} name={`${name.replaceAll("/", "-")}-phase-diagram`}>
            <Grid diagram={diagram} />
          </Panel>
          <Members sweepName={name} diagram={diagram} runs={shownSweep.runs} />
          <Unread cannot={shownSweep.cannot} />
        </>
      )}
    </Frame>
  );
}

function follow(name: string): void {
  let due = 0;
  const read = async () => {
    try {
      sweep.value = await getJson<Sweep>(`/api/sweep/${pathOf(name)}`);
      problem.value = "";
    } catch (error) {
      problem.value = error instanceof Error ? error.message : String(error);
    }
  };
  listen({
    query: async () => {
      await read();
      return {};
    },
    changes: ({ runs, removed }) => {
      const touched = runs.some((row) => row.place === name) || removed.some((run) => run.startsWith(`${name}/`));
      if (!touched || due) return;
      due = window.setTimeout(() => ((due = 0), void read()), 1000 * LOOK_AGAIN);
    },
  });
}

function Grid({ diagram }: { diagram: Diagram }): JSX.Element {
  const look = looksOf(diagram);
  useSaveable({ svg: () => asSvg(diagram, look), csv: () => asCsv(diagram) });
  const byPlace = new Map(diagram.cells.map((cell) => [`${cell.x} ${cell.y}`, cell]));
  const rows = [...diagram.y_levels].reverse();
  return (
    <>
      <div class="scroll" tabIndex={0} role="region" aria-label="Phase diagram">
        <table class="phase-diagram">
          <thead>
            <tr>
              <th scope="col">
                {diagram.y} ↓ {diagram.x} →
              </th>
              {diagram.x_levels.map((x) => (
                <th scope="col" key={x}>
                  {levelText(x)}
                </th>
              ))}
            </tr>
          </thead>
          <tbody>
            {rows.map((y) => (
              <tr key={y}>
                <th scope="row">{levelText(y)}</th>
                {diagram.x_levels.map((x) => {
                  const cell = byPlace.get(`${x} ${y}`);
                  return <td key={x}>{cell && <Tile cell={cell} background={look.background(cell)} diagram={diagram} />}</td>;
                })}
              </tr>
            ))}
          </tbody>
        </table>
      </div>
      {colouring.value === "outcome" ? <Legend /> : <p class="what">{look.scale}</p>}
    </>
  );
}

function Tile({ cell, background, diagram }: { cell: Cell; background: string; diagram: Diagram }): JSX.Element {
  const place = placeOf(cell, diagram);
  return (
    <button type="button" class="tile" style={{ background }} aria-pressed={chosen.value === place} aria-label={`${tileText(cell)}. ${described(cell, diagram)}`} title={described(cell, diagram)} onClick={() => (chosen.value = chosen.value === place ? "" : place)}>
      {tileText(cell)}
    </button>
  );
}

function placeOf(cell: Cell, diagram: Diagram): string {
  return `${diagram.x_levels.indexOf(cell.x)} ${diagram.y_levels.indexOf(cell.y)}`;
}

function levelText(level: Level): string {
  return typeof level === "number" ? shown(level) : level;
}

function counts(cell: Cell): [string, number][] {
  return Object.entries(cell.shares)
    .map(([outcome, share]): [string, number] => [outcome, Math.round(share * (cell.n - cell.undecided))])
    .filter(([, count]) => count > 0);
}

function tileText(cell: Cell): string {
  if (colouring.value === "step") return cell.median.value === null ? "–" : whole(cell.median.value);
  const parts = counts(cell).map(([outcome, count]) => `${LETTERS[outcome]} ${count}`);
  return [...parts, ...(cell.undecided ? [`? ${cell.undecided}`] : [])].join(" ");
}

function described(cell: Cell, diagram: Diagram): string {
  const parts = counts(cell).map(([outcome, count]) => `${count} ${outcome}`);
  if (cell.undecided) parts.push(`${cell.undecided} undecided`);
  const { value, low, high, reason } = cell.median;
  const range = low !== null ? ` (${whole(low)} to ${high === null ? "no upper end" : whole(high)})` : "";
  const step = value === null ? `median step of generalisation not defined: ${reason}` : `median step of generalisation ${whole(value)}${range}`;
  return `${diagram.x} ${levelText(cell.x)}, ${diagram.y} ${levelText(cell.y)}: ${cell.n === 1 ? "1 run" : `${cell.n} runs`}; ${parts.join(", ")}; ${step}`;
}

interface Look {
  background(cell: Cell): string;
  scale: string;
}

/** How cells are coloured: by the outcome of most runs, or by the logarithm of the median step. */
function looksOf(diagram: Diagram): Look {
  if (colouring.value === "outcome") return { background: (cell) => `var(${colourName(cell.majority)})`, scale: "" };
  const medians = diagram.cells.flatMap((cell) => (cell.median.value === null ? [] : [cell.median.value]));
  const [low, high] = [Math.min(...medians), Math.max(...medians)];
  const table = colourTable("sequential", isDark());
  const background = (cell: Cell) => {
    if (cell.median.value === null) return "var(--undecided)";
    // The last third of the map is too dark for the text on it.
    const at = Math.round((160 * Math.log(cell.median.value / low)) / (Math.log(high / low) || 1)) * 4;
    return `rgb(${table[at]} ${table[at + 1]} ${table[at + 2]})`;
  };
  const scale = medians.length ? `From step ${whole(low)} (palest) to step ${whole(high)}, on a logarithmic scale. “–”: half of the runs have not generalised.` : "In no cell has half of the runs generalised.";
  return { background, scale };
}

function Legend(): JSX.Element {
  return (
    <ul class="legend">
      {Object.entries(LETTERS).map(([outcome, letter]) => (
        <li key={outcome}>
          <span class="swatch" style={{ background: `var(${colourName(outcome)})` }} /> {letter} {outcome}
        </li>
      ))}
      <li>
        <span class="swatch" style={{ background: "var(--undecided)" }} /> ? undecided: the run has not reached its last step, or has no outcome; a tie has this colour too
      </li>
    </ul>
  );
}

function Members({ sweepName, diagram, runs }: { sweepName: string; diagram: Diagram; runs: Sweep["runs"] }): JSX.Element {
  const cell = diagram.cells.find((one) => placeOf(one, diagram) === chosen.value);
  if (!cell) return <p class="what">Choose a cell to see its runs.</p>;
  const facts = new Map(runs.map((run) => [run.name, run]));
  const full = (name: string) => `${sweepName}/${name}`;
  return (
    <section class="card wide" aria-labelledby="members">
      <h2 id="members">
        {diagram.x} {levelText(cell.x)}, {diagram.y} {levelText(cell.y)}
      </h2>
      {cell.reason && <p class="what">There is no outcome of most runs: {cell.reason}.</p>}
      <ul>
        {cell.runs.map((name) => {
          const run = facts.get(name);
          return (
            <li key={name}>
              <a href={address(`/run/${pathOf(full(name))}`)}>{name}</a>: {run?.status}, {run?.outcome ?? "undecided"}
              {run?.generalised_at != null && `, test set learned from step ${whole(run.generalised_at)}`}
            </li>
          );
        })}
      </ul>
      {cell.runs.length > 1 && (
        <a class="button" href={compareAddress(cell.runs.map(full))}>
          Compare these runs
        </a>
      )}
    </section>
  );
}

function Unread({ cannot }: { cannot: Record<string, string> }): JSX.Element | null {
  const names = Object.keys(cannot);
  if (names.length === 0) return null;
  return (
    <details>
      <summary>{names.length === 1 ? "1 run is" : `${names.length} runs are`} not part of the diagram</summary>
      <ul>
        {names.map((name) => (
          <li key={name}>
            {name}: {cannot[name]}
          </li>
        ))}
      </ul>
    </details>
  );
}

const TILE = { width: 110, height: 40, left: 130, top: 40 };

function asSvg(diagram: Diagram, look: Look): string {
  const style = getComputedStyle(document.documentElement);
  const plain = (background: string) => background.replace(/var\((--[\w-]+)\)/, (_, name: string) => style.getPropertyValue(name).trim());
  const { width, height, left, top } = TILE;
  const x = (cell: Cell) => left + width * diagram.x_levels.indexOf(cell.x);
  const y = (level: Level) => top + height * (diagram.y_levels.length - 1 - diagram.y_levels.indexOf(level));
  const size = { width: left + width * diagram.x_levels.length + 10, height: top + height * diagram.y_levels.length + 10 };
  const text = (at: [number, number], words: string, anchor = "middle") => `<text x="${at[0]}" y="${at[1]}" text-anchor="${anchor}">${escaped(words)}</text>`;
  const tiles = diagram.cells.map(
    (cell) => `<rect x="${x(cell)}" y="${y(cell.y)}" width="${width - 4}" height="${height - 4}" fill="${plain(look.background(cell))}" stroke="${plain("var(--line)")}"/>${text([x(cell) + width / 2 - 2, y(cell.y) + height / 2 + 3], tileText(cell))}`,
  );
  const columns = diagram.x_levels.map((level, i) => text([left + width * (i + 0.5), top - 8], levelText(level)));
  const rows = diagram.y_levels.map((level) => text([left - 8, y(level) + height / 2 + 3], levelText(level), "end"));
  return `<svg xmlns="http://www.w3.org/2000/svg" width="${size.width}" height="${size.height}" font-family="sans-serif" font-size="12">
<rect width="100%" height="100%" fill="${plain("var(--card)")}"/><g fill="${plain("var(--ink)")}">${text([4, 16], `${diagram.y} ↓ ${diagram.x} →`, "start")}${tiles.join("")}${columns.join("")}${rows.join("")}</g></svg>`;
}

function asCsv(diagram: Diagram): string {
  const heading = [diagram.x, diagram.y, "runs", ...Object.keys(LETTERS), "undecided", "outcome of most", "median step of generalisation", "low", "high"];
  const rows = diagram.cells.map((cell) => {
    const number = new Map(counts(cell));
    return csvLine([cell.x, cell.y, cell.n, ...Object.keys(LETTERS).map((outcome) => number.get(outcome) ?? 0), cell.undecided, cell.majority, cell.median.value, cell.median.low, cell.median.high]);
  });
  return [csvLine(heading), ...rows].join("\n");
}
