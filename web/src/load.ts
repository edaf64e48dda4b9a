/** What this page is: a run that the file itself holds, or a page of the server that sent it. */
import { h, render } from "preact";
import { App } from "./app";
import { engineState, startEngine } from "./engine/client";
import { Compare } from "./index_page/compare";
import { Frame } from "./index_page/frame";
import { Index } from "./index_page/index_page";
import { SweepPage } from "./index_page/sweep";
import { showServedRun } from "./live/served_run";
import { setPage, type RunPage } from "./page";
import { followAddress } from "./url";

/** What the server says about a page: `latebloom.explorer.shell`. */
type Served =
  | { kind: "index"; folder: string }
  | { kind: "run"; name: string }
  | { kind: "compare" }
  | { kind: "sweep"; name: string }
  | { kind: "error"; reason: string };

export async function load(place: HTMLElement): Promise<void> {
  const served = embedded("latebloom-served");
  followAddress();
  if (served === null) return showRun(given() ?? fromFile(), place);
  const page = JSON.parse(served) as Served;
  switch (page.kind) {
    case "index":
      return render(h(Index, { folder: page.folder }), place);
    case "compare":
      return render(h(Compare, {}), place);
    case "sweep":
      return render(h(SweepPage, { name: page.name }), place);
    case "error":
      return render(h(Frame, { title: "This page cannot be shown", children: h("p", { role: "alert" }, page.reason) }), place);
    case "run":
      return showServedRun(page.name, place);
  }
}

/** A run's page and packed weights as the document around a frame hands them to the page in it: see `widget.ts`. */
export interface Given {
  page: RunPage;
  weights: Uint8Array | null;
}

declare global {
  interface HTMLIFrameElement {
    latebloom?: Given;
  }
}

/** A run, and how its weights are read. */
interface Shown {
  page: RunPage;
  weights: (() => Uint8Array) | null;
}

function given(): Shown | null {
  const frame = window.frameElement; // null also where the document around is of another origin
  const found = (frame as HTMLIFrameElement | null)?.latebloom;
  if (found === undefined) return null;
  // The bytes of another document are no Uint8Array of this one.
  return { page: found.page, weights: found.weights && (() => Uint8Array.from(found.weights!)) };
}

function fromFile(): Shown {
  const pack = embedded("latebloom-weights");
  return { page: JSON.parse(embedded("latebloom-page")!) as RunPage, weights: pack ? () => fromBase64(pack) : null };
}

/** The curves are drawn before the weights are read. */
async function showRun({ page: shown, weights }: Shown, place: HTMLElement): Promise<void> {
  setPage(shown);
  if (weights !== null) engineState.value = "loading";
  render(h(App, {}), place);
  if (weights === null) return;
  await drawn();
  await startEngine(weights(), { task: shown.task, model: shown.run.model, modular: shown.modular, examples: shown.examples }).catch(() => undefined); // The step bar shows the reason.
}

/** A page in a hidden tab is not drawn. */
function drawn(): Promise<void> {
  return new Promise((done) => (document.hidden ? done() : requestAnimationFrame(() => setTimeout(done))));
}

function embedded(id: string): string | null {
  return document.getElementById(id)?.textContent?.trim() ?? null;
}

/** The browser's own reader is many times as fast, but not every browser has it. */
function fromBase64(text: string): Uint8Array {
  const own = (Uint8Array as { fromBase64?(text: string): Uint8Array }).fromBase64;
  if (own !== undefined) return own(text);
  const raw = atob(text);
  const bytes = new Uint8Array(raw.length);
  for (let i = 0; i < raw.length; i++) bytes[i] = raw.charCodeAt(i);
  return bytes;
}
