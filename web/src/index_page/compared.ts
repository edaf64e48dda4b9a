/** The runs of a comparison: their curves and boundaries, and what is wrong with those that cannot be shown. */
import { signal } from "@preact/signals";
import { getJson, listen, pathOf, type Row } from "../live/server";
import type { Phases, Table } from "../page";

export interface Compared {
  name: string;
  row: Row | null;
  curves: Table | null;
  phases: Phases | null;
  /** Why the run is not shown, or "". */
  problem: string;
}

export const compared = signal<Compared[]>([]);

/** The names in the query of an address, as `compareAddress` writes them. */
export function namesIn(query: string): string[] {
  const given = /[?&]runs=([^&]*)/.exec(query)?.[1] ?? "";
  return [...new Set(given.split(",").filter(Boolean).map(decoded))];
}

function decoded(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}

/** Load these runs, and load each again when it changes. */
export function compare(names: string[]): void {
  compared.value = names.map((name) => ({ name, row: null, curves: null, phases: null, problem: "" }));
  const wanted = new Set(names);
  listen({
    query: async () => {
      await Promise.all(names.map(read));
      return {};
    },
    changes: ({ runs, removed }) => {
      for (const row of runs) {
        const before = compared.value.find((one) => one.name === row.name);
        if (wanted.has(row.name) && (before?.row?.step !== row.step || before.row.status !== row.status)) void read(row.name);
      }
      for (const name of removed) if (wanted.has(name)) update(name, { problem: "The run has been deleted." });
    },
  });
}

async function read(name: string): Promise<void> {
  try {
    const { row, ...curves } = await getJson<Table & { row: Row | null }>(`/api/curves/${pathOf(name)}`);
    update(name, { row, curves, problem: "" });
    update(name, { phases: await getJson<Phases>(`/api/phases/${pathOf(name)}`) });
  } catch (error) {
    update(name, { problem: error instanceof Error ? error.message : String(error) });
  }
}

function update(name: string, change: Partial<Compared>): void {
  compared.value = compared.value.map((one) => (one.name === name ? { ...one, ...change } : one));
}
