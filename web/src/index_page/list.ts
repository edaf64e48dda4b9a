/** The runs that the list shows: what the server has told, and what the visitor wants to see of it. */
import { computed, signal } from "@preact/signals";
import { getJson, listen, type Changes, type Row } from "../live/server";
import { asText, inAddress } from "../url";
import { lastValue } from "./sparkline";

const known = signal<ReadonlyMap<string, Row>>(new Map());
/** Whether the first list has come. */
export const arrived = signal(false);

export const words = inAddress("find", "", asText);
export const status = inAddress("status", "", asText);
export const order = inAddress<string>("sort", "newest", asText);
/** Names of the runs that are ticked, to be compared. */
export const ticked = signal<ReadonlySet<string>>(new Set());

const lastTest = (row: Row) => lastValue(row.curves?.test_loss ?? []) ?? Infinity;
const byName = (a: Row, b: Row) => a.name.localeCompare(b.name, "en", { numeric: true });

export const ORDERS: Record<string, { title: string; compare(a: Row, b: Row): number }> = {
  newest: { title: "newest first", compare: (a, b) => (b.created ?? 0) - (a.created ?? 0) },
  name: { title: "name", compare: byName },
  step: { title: "most steps", compare: (a, b) => (b.step ?? 0) - (a.step ?? 0) },
  outcome: { title: "outcome", compare: (a, b) => (a.outcome ?? "~").localeCompare(b.outcome ?? "~") },
  "test-loss": { title: "lowest test loss", compare: (a, b) => lastTest(a) - lastTest(b) },
};

export const all = computed(() => [...known.value.values()]);

/** The statuses that occur, with counts. */
export const statuses = computed(() => {
  const counts = new Map<string, number>();
  for (const row of all.value) counts.set(row.status, (counts.get(row.status) ?? 0) + 1);
  return [...counts];
});

/** Rows with every word that is searched for, in order. */
export const found = computed(() => {
  const wanted = words.value.toLowerCase().split(/\s+/).filter(Boolean);
  const text = (row: Row) => [row.name, row.recipe, row.task, row.status, row.outcome, `seed ${row.seed}`].join(" ").toLowerCase();
  const kept = all.value.filter((row) => (!status.value || row.status === status.value) && wanted.every((word) => text(row).includes(word)));
  const { compare } = ORDERS[order.value] ?? ORDERS.newest!;
  return kept.sort((a, b) => compare(a, b) || byName(a, b));
});

export interface Group {
  /** Folder of a sweep; "" for runs that are in none. */
  place: string;
  rows: Row[];
}

/** Runs by folder; those in none come first. */
export const groups = computed<Group[]>(() => {
  const places = new Map<string, Row[]>();
  for (const row of found.value) places.set(row.place, [...(places.get(row.place) ?? []), row]);
  return [...places].map(([place, rows]) => ({ place, rows })).sort((a, b) => a.place.localeCompare(b.place, "en", { numeric: true }));
});

export function tick(name: string, on: boolean): void {
  const next = new Set(ticked.value);
  if (on) next.add(name);
  else next.delete(name);
  ticked.value = next;
}

/** Load the list, and keep it true. */
export function followList(): void {
  listen({
    query: async () => {
      const { revision, runs } = await getJson<Changes>("/api/runs");
      known.value = new Map(runs.map((row) => [row.name, row]));
      arrived.value = true;
      return { since: String(revision) };
    },
    changes: ({ runs, removed }) => {
      const next = new Map(known.value);
      for (const name of removed) next.delete(name);
      for (const row of runs) next.set(row.name, row);
      known.value = next;
    },
  });
}
