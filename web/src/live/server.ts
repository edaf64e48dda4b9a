/** Asking the server that sent this page, and listening to it. Nothing is asked of any other. */
import { signal } from "@preact/signals";
import type { Table } from "../page";

/** A run in the list: `latebloom.explorer.rows.Row`. */
export interface Row {
  name: string;
  place: string;
  status: string;
  message: string | null;
  recipe: string | null;
  task: string | null;
  seed: number | null;
  step: number | null;
  steps_planned: number | null;
  created: number | null;
  updated: number | null;
  outcome: string | null;
  curves: { step: number[]; train_loss?: (number | null)[]; test_loss?: (number | null)[] } | null;
}

export interface Changes {
  revision: number;
  runs: Row[];
  removed: string[];
}

/** Whether the server answers: "lost" while it does not. */
export const connection = signal<"open" | "lost">("open");

/** The part of an address that names a run. */
export function pathOf(name: string): string {
  return name.split("/").map(encodeURIComponent).join("/");
}

async function get(address: string): Promise<Response> {
  let answer: Response;
  try {
    answer = await fetch(address);
  } catch {
    throw new Error("The server does not answer. Start `latebloom explore` again and reload this page.");
  }
  if (answer.ok) return answer;
  const said = (await answer.json().catch(() => ({}))) as { error?: string };
  throw new Error(said.error ?? `The server answered with status ${answer.status}.`);
}

export async function getJson<T>(address: string): Promise<T> {
  return (await (await get(address)).json()) as T;
}

export async function getBytes(address: string): Promise<Uint8Array> {
  return new Uint8Array(await (await get(address)).arrayBuffer());
}

export interface Listener {
  /** The query of `/api/events`, made anew each time that the connection is opened. */
  query(): Promise<Record<string, string>>;
  changes(value: Changes): void;
  points?(value: Table): void;
}

/** Seconds until a lost connection is tried again. */
const RETRY = 2;

/**
 * Listen to the server as long as the page can be seen. A browser opens few connections to one server, so that pages in
 * the background must let go of theirs.
 */
export function listen(listener: Listener): void {
  let source: EventSource | null = null;
  let opening = false;
  const close = () => {
    source?.close();
    source = null;
  };
  const open = async () => {
    if (source !== null || opening || document.hidden) return;
    opening = true;
    try {
      const query = new URLSearchParams(await listener.query());
      const made = new EventSource(`/api/events?${query.toString()}`);
      source = made;
      made.onopen = () => (connection.value = "open");
      made.onerror = lost;
      made.addEventListener("changes", (event) => listener.changes(JSON.parse(event.data as string) as Changes));
      made.addEventListener("points", (event) => listener.points?.(JSON.parse(event.data as string) as Table));
    } catch {
      lost();
    } finally {
      opening = false;
    }
  };
  const lost = () => {
    connection.value = "lost";
    close();
    setTimeout(() => void open(), 1000 * RETRY);
  };
  document.addEventListener("visibilitychange", () => (document.hidden ? close() : void open()));
  addEventListener("pagehide", close);
  void open();
}
