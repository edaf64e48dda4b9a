/** The page of a run that a server sends: its data arrive in parts, and a run in training goes on. */
import { signal } from "@preact/signals";
import { Fragment, h, render } from "preact";
import { App } from "../app";
import { addWeights, engineState, startEngine } from "../engine/client";
import { Frame } from "../index_page/frame";
import { page, setPage, type RunPage, type Table } from "../page";
import { steps } from "../state";
import { LiveBar } from "./live_bar";
import { getBytes, getJson, listen, pathOf, type Row } from "./server";

/** The run's row in the list, as the server last sent it; null once the run is gone. */
export const row = signal<Row | null>(null);
export const gone = signal(false);
/** What is being made, or why it could not be. */
export const note = signal("");

/** Seconds between two looks at the phases and measures of a run in training, and at its explanation. */
const LOOK_AGAIN = 5;
const EXPLAIN_AGAIN = 20;

export async function showServedRun(name: string, place: HTMLElement): Promise<void> {
  const path = pathOf(name);
  let shown: RunPage;
  try {
    shown = await getJson<RunPage>(`/api/run/${path}`);
  } catch (error) {
    return render(h(Frame, { title: name, children: h("p", { role: "alert" }, reason(error)) }), place);
  }
  document.title = `${name} · latebloom`;
  setPage(shown);
  engineState.value = "loading";
  render(h(Fragment, null, h(LiveBar, {}), h(App, {})), place);
  listen({
    query: () => Promise.resolve({ run: name, after: String(page().metrics.step.at(-1) ?? -1) }),
    changes: ({ runs, removed }) => {
      const now = runs.find((one) => one.name === name);
      if (now) {
        row.value = now;
        gone.value = false;
        if (now.step !== page().run.step || now.status !== page().run.status) void again.call();
      } else if (removed.includes(name)) gone.value = true;
    },
    points: append,
  });
  const again = atMostEvery(LOOK_AGAIN, () => lookAgain(path));
  const explain = atMostEvery(EXPLAIN_AGAIN, () => part(path, "explained"));
  await weights(path);
  if (engineState.value === "loading") engineState.value = "none"; // the run has no checkpoints, or they cannot be read
  if (shown.run.status === "running") void explain.call();
  else await fillIn(path);

  async function lookAgain(of: string): Promise<void> {
    await part(of, "");
    await weights(of);
    if (page().run.status === "running") void explain.call();
    else await fillIn(of);
  }
}

/** The explanation, which takes seconds, and then the verdicts, which may take minutes. */
async function fillIn(path: string): Promise<void> {
  note.value = "The final model is being explained.";
  await part(path, "explained");
  note.value = "The claims are being judged; their verdicts appear here.";
  if (await part(path, "complete")) note.value = "";
}

/** Replace the page by what the server makes of the run now. What it leaves out because it is pending is kept. */
async function part(path: string, which: "" | "explained" | "complete"): Promise<boolean> {
  try {
    const fresh = await getJson<RunPage>(`/api/run/${path}${which && `?part=${which}`}`);
    const before = page();
    if (fresh.modular && before.modular?.explanation && fresh.pending.includes("explanation")) fresh.modular = before.modular;
    if (before.metrics.step.length > fresh.metrics.step.length) fresh.metrics = before.metrics;
    setPage(fresh);
    return true;
  } catch (error) {
    note.value = reason(error);
    return false;
  }
}

/** Start the engine, or hand it the checkpoints that have been written since. */
async function weights(path: string): Promise<void> {
  try {
    const shown = page();
    const started = engineState.value === "ready";
    const packed = await getBytes(`/api/weights/${path}${started ? `?after=${steps.value.at(-1) ?? -1}` : ""}`);
    if (packed.length === 0) return;
    if (started) await addWeights(packed);
    else await startEngine(packed, { task: shown.task, model: shown.run.model, modular: shown.modular, examples: shown.examples });
  } catch (error) {
    note.value = reason(error);
  }
}

/** Add rows of metrics to the page. */
function append(more: Table): void {
  const shown = page();
  const { step, columns } = shown.metrics;
  const first = more.step.findIndex((value) => value > (step.at(-1) ?? -1));
  if (first < 0) return;
  const count = more.step.length - first;
  const names = new Set([...Object.keys(columns), ...Object.keys(more.columns)]);
  const joined = [...names].map((name) => [
    name,
    [...(columns[name] ?? step.map(() => null)), ...(more.columns[name]?.slice(first) ?? new Array<null>(count).fill(null))],
  ]);
  setPage({ ...shown, metrics: { step: [...step, ...more.step.slice(first)], columns: Object.fromEntries(joined) as Table["columns"] } });
}

/** Calls that come too early wait until their time, and become one. */
function atMostEvery(seconds: number, act: () => Promise<unknown>): { call(): Promise<void> } {
  let busy = false;
  let wanted = false;
  return {
    async call() {
      wanted = true;
      if (busy) return;
      busy = true;
      while (wanted) {
        wanted = false;
        await act();
        await new Promise((resolve) => setTimeout(resolve, 1000 * seconds));
      }
      busy = false;
    },
  };
}

function reason(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
