/** Moving through the guided tour. The address holds the number of the stop, and what the stop set. */
import { batch, computed, signal } from "@preact/signals";
import { goToView } from "../frame/place";
import { playing } from "../frame/play";
import { page } from "../page";
import { viewIsShown } from "../registry";
import { cutClusters, cutFrequencies, cutHeads, cutResidualAttention, cutResidualMlp, frequency, keepOnlyKeys, storyStop, zoom } from "../state";
import { operation } from "./facts";
import { stopsOf, type Stop } from "./stops";

/** The tour needs this many stops to make sense. */
const FEWEST = 4;

/** Number of the stop at which the tour was closed. */
const resumesAt = signal(1);

const stops = computed<Stop[]>(() => {
  const run = operation();
  if (run === null || page().phases?.outcome !== "grokked") return [];
  return stopsOf(run).filter((stop) => viewIsShown(page(), stop.view));
});

export function storyStops(): Stop[] {
  return stops.value;
}

/** Whether the run has the tour: one that grokked, with the data for enough stops. */
export function storyIsOffered(): boolean {
  return stops.value.length >= FEWEST;
}

/** The stop in view; null when the tour is closed. */
export const currentStop = computed<Stop | null>(() => {
  if (storyStop.value === null || !storyIsOffered()) return null;
  return stops.value[storyStop.value - 1] ?? null;
});

/** Open the tour where it was closed. */
export function openStory(): void {
  goToStop(resumesAt.value);
}

export function closeStory(): void {
  resumesAt.value = storyStop.value ?? 1;
  storyStop.value = null;
}

/** The next stop (1) or the one before (-1); after the last the tour closes and starts again at the first. */
export function moveStory(way: 1 | -1): void {
  const wanted = (storyStop.value ?? 0) + way;
  if (wanted <= stops.value.length) return goToStop(Math.max(1, wanted));
  closeStory();
  resumesAt.value = 1;
}

/** Set the page as the stop with this number wants it. */
export function goToStop(number: number): void {
  const stop = stops.value[number - 1];
  if (stop === undefined) return;
  batch(() => {
    playing.value = false;
    frequency.value = null;
    zoom.value = [];
    mendModel();
    storyStop.value = number;
    stop.set();
  });
  goToView(stop.view);
}

function mendModel(): void {
  for (const cut of [cutFrequencies, cutClusters, cutHeads]) cut.value = [];
  for (const cut of [cutResidualAttention, cutResidualMlp, keepOnlyKeys]) cut.value = false;
}
