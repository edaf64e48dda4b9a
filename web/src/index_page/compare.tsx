/** Several runs on one axis: their curves over the steps, and the steps of their boundaries. */
import type { JSX } from "preact";
import { useEffect, useMemo } from "preact/hooks";
import { Lines, type Line } from "../draw/lines";
import { NumberTable, type NumberRow } from "../draw/number_table";
import { whole } from "../draw/numbers";
import { seriesColour } from "../draw/palette";
import { pathOf } from "../live/server";
import { logLoss, zoom } from "../state";
import { asFlag, asText, inAddress } from "../url";
import { compare, compared, namesIn, type Compared } from "./compared";
import { address, Frame } from "./frame";
import { Outcome } from "./outcome";
import { Panel } from "./panel";

const quantity = inAddress("show", "loss", asText);
const withTrain = inAddress("train", true, asFlag);
const boundary = inAddress("mark", "test accuracy 99 %", asText);

/** Colours that can be told apart without seeing hue; further runs get hues at equal distances. */
const DISTINCT = 6;

function colour(index: number, count: number): string {
  return count <= DISTINCT ? seriesColour(index) : `hsl(${Math.round((360 * index) / count)} 65% 48%)`;
}

export function Compare(): JSX.Element {
  const names = useMemo(() => namesIn(location.search), []);
  useEffect(() => compare(names), []);
  const runs = compared.value;
  const title = `${names.length} runs on one axis`;
  if (names.length === 0) {
    return (
      <Frame title="Compare runs">
        <p>No runs were chosen. Tick some in the list and press “Compare”.</p>
      </Frame>
    );
  }
  return (
    <Frame title={title}>
      <Controls runs={runs} />
      <Panel title={quantity.value === "loss" ? "Loss by step" : "Accuracy by step"} name="compare-runs">
        <Curves runs={runs} />
      </Panel>
      <Boundaries runs={runs} />
    </Frame>
  );
}

function Controls({ runs }: { runs: Compared[] }): JSX.Element {
  const boundaries = runs.find((run) => run.phases)?.phases?.boundaries.map((one) => one.name) ?? [boundary.value];
  return (
    <div class="controls">
      <label>
        Show{" "}
        <select value={quantity.value} onChange={(event) => (quantity.value = event.currentTarget.value)}>
          <option value="loss">loss (nats)</option>
          <option value="accuracy">accuracy</option>
        </select>
      </label>
      <label>
        <input type="checkbox" checked={withTrain.value} onChange={(event) => (withTrain.value = event.currentTarget.checked)} /> train set, dashed
      </label>
      <label>
        <input type="checkbox" checked={logLoss.value} onChange={(event) => (logLoss.value = event.currentTarget.checked)} /> log scale
      </label>
      <label>
        Mark{" "}
        <select value={boundary.value} onChange={(event) => (boundary.value = event.currentTarget.value)}>
          <option value="">nothing</option>
          {boundaries.map((name) => (
            <option value={name} key={name}>
              {name}
            </option>
          ))}
        </select>
      </label>
    </div>
  );
}

function Curves({ runs }: { runs: Compared[] }): JSX.Element {
  const drawn = useMemo(() => linesOf(runs), [runs, quantity.value, withTrain.value]);
  const shades = useMemo(() => marks(runs, drawn.x.at(-1) ?? 1), [runs, drawn, boundary.value]);
  if (drawn.x.length === 0) return <p>No curves yet.</p>;
  const loss = quantity.value === "loss";
  return (
    <>
      <Lines
        label={`${loss ? "Loss" : "Accuracy"} of ${runs.length} runs by step`}
        x={drawn.x}
        xName="step"
        yName={loss ? "loss (nats)" : "accuracy"}
        lines={drawn.lines}
        log={loss && logLoss.value}
        height={420}
        shades={shades}
        zoom={zoom.value.length === 2 ? (zoom.value as [number, number]) : null}
        onZoom={(range) => (zoom.value = range?.map(Math.round) ?? [])}
        {...(loss ? {} : { yRange: [0, 1] as [number, number] })}
      />
      <p class="what">
        Drag over the chart to enlarge a part; double-click to see everything. {boundary.value && `Each vertical band is the interval in which “${boundary.value}” lies in the run of that colour.`}
      </p>
    </>
  );
}

/** The curves over all steps at which any run recorded something. */
function linesOf(runs: Compared[]): { x: number[]; lines: Line[] } {
  const x = [...new Set(runs.flatMap((run) => run.curves?.step ?? []))].sort((a, b) => a - b);
  const place = new Map(x.map((step, index) => [step, index]));
  const sets = withTrain.value ? ["test", "train"] : ["test"];
  const lines = runs.flatMap((run, index) =>
    sets.flatMap((set): Line[] => {
      const recorded = run.curves?.columns[`${set}_${quantity.value}`];
      if (!recorded) return [];
      const values = new Array<number | null | undefined>(x.length).fill(undefined); // other runs recorded other steps
      recorded.forEach((value, i) => (values[place.get(run.curves!.step[i]!)!] = value));
      return [{ label: `${run.name} ${set}`, values, colour: colour(index, runs.length), dashed: set === "train" }];
    }),
  );
  return { x, lines };
}

/** The interval of the chosen boundary in each run, at least wide enough to be seen. */
function marks(runs: Compared[], last: number): { from: number; to: number; label: string; colour: string }[] {
  const least = last / 400;
  return runs.flatMap((run, index) => {
    const at = run.phases?.boundaries.find((one) => one.name === boundary.value);
    if (at?.step == null) return [];
    const low = Math.min(at.low ?? at.step, at.step - least / 2);
    const high = Math.max(at.high ?? at.step, at.step + least / 2);
    return [{ from: low, to: high, label: run.name, colour: transparent(colour(index, runs.length)) }];
  });
}

function transparent(of: string): string {
  return of.startsWith("#") ? `${of}55` : of.replace(")", " / 0.33)");
}

function Boundaries({ runs }: { runs: Compared[] }): JSX.Element {
  const names = runs.find((run) => run.phases)?.phases?.boundaries.map((one) => one.name) ?? [];
  const rows = runs.map((run, index): NumberRow => {
    const outcome = run.phases?.outcome ?? "";
    const shownName = (
      <>
        <span class="swatch" style={{ background: colour(index, runs.length) }} /> <a href={address(`/run/${pathOf(run.name)}`)}>{run.name}</a>
      </>
    );
    return {
      name: { text: run.name, shown: shownName },
      cells: [
        String(run.row?.seed ?? ""),
        run.problem || (run.row?.status ?? ""),
        { text: outcome, shown: outcome && <Outcome outcome={outcome} soFar={run.row?.status === "running"} /> },
        ...names.map((name) => boundaryText(run, name)),
      ],
    };
  });
  return (
    <Panel title="Steps of the boundaries" name="compare-boundaries">
      <NumberTable
        caption="A step with the interval in which it lies, given the spacing of the records. “–” means that the run has not reached the boundary."
        columns={["run", "seed", "status", "outcome", ...names]}
        rows={rows}
      />
    </Panel>
  );
}

function boundaryText(run: Compared, name: string): string {
  const at = run.phases?.boundaries.find((one) => one.name === name);
  if (at?.step == null) return "–";
  const range = at.low !== null && at.high !== null && at.low !== at.high ? ` (${whole(at.low)} to ${whole(at.high)})` : "";
  return `${whole(at.step)}${range}`;
}
