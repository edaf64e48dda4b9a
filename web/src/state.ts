/** What the visitor has chosen. Every view reads these signals, so that one choice shows everywhere. */
import { computed, signal } from "@preact/signals";
import { asFlag, asNumber, asNumbers, asOptionalNumber, asText, asTexts, inAddress } from "./url";

/** Steps of the checkpoints that the page holds, ascending. */
export const steps = signal<number[]>([]);

/** The step that was asked for; -1: the last. The view shows the nearest checkpoint. */
export const wantedStep = inAddress("step", -1, asNumber);

/** Index into `steps` of the checkpoint in view. */
export const checkpoint = computed(() => nearest(steps.value, wantedStep.value));

/** Step of the checkpoint in view; null on a page without weights. */
export const step = computed(() => steps.value[checkpoint.value] ?? null);

/** The frequency that is lit up in every view; null for none. */
export const frequency = inAddress<number | null>("k", null, asOptionalNumber);

/** The name of the representation of a group that is lit up in every view; "" for none. */
export const irrep = inAddress("irrep", "", asText);

/** The operands that the visitor looks at: their values, not their positions in the order of the task. */
export const pair = inAddress("pair", [5, 7], asNumbers);

/** Position of the answer z at which the waves are read; null for the right one. */
export const readAnswer = inAddress<number | null>("z", null, asOptionalNumber);

/** The neuron that is enlarged; null for none. */
export const neuron = inAddress<number | null>("neuron", null, asOptionalNumber);

/** Groups of neurons of which all are shown, by name. */
export const openGroups = inAddress<string[]>("open", [], asTexts);

/** Whose share of the attention the maps of the heads show: "x", "y" or "=". */
export const attendedPosition = inAddress("attention", "x", asText);
/** Whether the logits' terms are those of the key frequencies alone. */
export const onlyKeyTerms = inAddress("terms", true, asFlag);
/** Key frequencies whose waves are left out of the sum under "Try it". */
export const mutedWaves = inAddress("muted", [], asNumbers);

/** The solution built by hand. Frequencies, [] for the key frequencies. */
export const handFrequencies = inAddress("hand", [], asNumbers);
/** Whether its waves are as high as the model's; equally high otherwise. */
export const handLikeModel = inAddress("hand-model", false, asFlag);
/** The height of its peak in logits; 0 for the height of the model's. */
export const handHeight = inAddress("hand-height", 0, asNumber);

/** What is switched off in the model. */
export const cutFrequencies = inAddress("cut-k", [], asNumbers);
export const cutClusters = inAddress("cut-clusters", [], asNumbers);
export const cutHeads = inAddress("cut-heads", [], asNumbers);
export const cutResidualAttention = inAddress("cut-skip-attention", false, asFlag);
export const cutResidualMlp = inAddress("cut-skip-mlp", false, asFlag);
export const keepOnlyKeys = inAddress("keep-keys", false, asFlag);
/** Which random cut is drawn beside the visitor's. */
export const randomCut = inAddress("random-cut", 1, asNumber);

export const logLoss = inAddress("log", true, asFlag);
/** Range of steps of the time axis, [] for all. */
export const zoom = inAddress("zoom", [], asNumbers);
/** Stop of the guided tour; null when it is closed. */
export const storyStop = inAddress<number | null>("story", null, asOptionalNumber);
/** "light", "dark" or "" for the system's. */
export const theme = inAddress("theme", "", asText);
/** The view at the top of the window; "" at the start of the page. */
export const place = inAddress("view", "", asText, { passing: true });

/** The view that the guided tour points at; "" for none. */
export const highlighted = signal("");

const systemDark = signal(false);
// The worker imports this file too, and has no screen.
if (typeof matchMedia === "function") {
  const asked = matchMedia("(prefers-color-scheme: dark)");
  systemDark.value = asked.matches;
  asked.addEventListener("change", () => (systemDark.value = asked.matches));
}

/** Whether the page is dark: the visitor's choice, or the system's. */
export const dark = computed(() => (theme.value === "" ? systemDark.value : theme.value === "dark"));

function nearest(all: number[], wanted: number): number {
  if (wanted < 0) return Math.max(0, all.length - 1);
  let best = 0;
  all.forEach((value, index) => {
    if (Math.abs(value - wanted) < Math.abs(all[best]! - wanted)) best = index;
  });
  return best;
}

/** Show the checkpoint at this index, kept inside the range. */
export function showCheckpoint(index: number): void {
  const last = steps.value.length - 1;
  const kept = Math.max(0, Math.min(last, index));
  wantedStep.value = kept === last ? -1 : steps.value[kept]!;
}

/** Index of the checkpoint that is nearest to a step. */
export function nearestCheckpoint(wanted: number): number {
  return nearest(steps.value, Math.max(0, wanted));
}

/** Show the checkpoint that is nearest to a step. */
export function showStep(wanted: number): void {
  showCheckpoint(nearestCheckpoint(wanted));
}

/** Light a frequency up, or put it out where it is lit. */
export function toggleFrequency(k: number): void {
  frequency.value = frequency.value === k ? null : k;
}
