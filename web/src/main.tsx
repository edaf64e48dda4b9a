/** The start of the page: reads what the file holds, or asks the server that sent it, and shows it. */
import { render } from "preact";
import { App } from "./app";
import { ask, startEngine } from "./engine/client";
import { setPage, type RunPage } from "./page";
import * as state from "./state";
import { trainer } from "./trainer";
import { followAddress } from "./url";
import "./style.css";

function embedded(id: string): string | null {
  return document.getElementById(id)?.textContent?.trim() ?? null;
}

function fromBase64(text: string): Uint8Array {
  const raw = atob(text);
  const bytes = new Uint8Array(raw.length);
  for (let i = 0; i < raw.length; i++) bytes[i] = raw.charCodeAt(i);
  return bytes;
}

function start(): void {
  const shown = JSON.parse(embedded("latebloom-page")!) as RunPage;
  setPage(shown);
  followAddress();
  render(<App />, document.getElementById("app")!);
  const pack = embedded("latebloom-weights");
  if (!pack) return;
  void startEngine(fromBase64(pack), { task: shown.task, model: shown.run.model, modular: shown.modular });
}

/** For tests and for the curious: what the page shows, and the same questions that its views ask. */
Object.assign(globalThis, { latebloom: { state, ask, trainer } });
start();
