/** Shows the model that was trained in the page in the views of a run, and the run again. */
import { batch, signal } from "@preact/signals";
import { addWeights, givenPacks, startEngine } from "../engine/client";
import type { Facts } from "../engine/quantity";
import { page, setPage, type RunPage, type Table } from "../page";
import { cutClusters, cutFrequencies, cutHeads, frequency, neuron, pair, steps, storyStop, wantedStep, zoom } from "../state";
import { checkpoints, curve, milestones, seconds, settings } from "./client";
import { commandOf } from "./command";
import { inWords, outcomeOf } from "./milestones";
import { MOST_STEPS } from "./schedule";
import { OPTIMISER } from "./settings";
import type { Metrics } from "./training";
import { REASON } from "../views/missing_measure";

const NOT_MEASURED = "Of a training in the page only losses, accuracies and the sum of squared weights are recorded.";
const HOW_BACK = "This model was trained in this page. The button “Back” in the section “Train one yourself” shows the run again.";

let before: { page: RunPage; packs: readonly Uint8Array[] } | null = null;

/** Name of the run whose page this is, while the trained model is shown; else null. */
export const runBefore = signal<string | null>(null);

/** A page that follows a run in training is changed by the server, so nothing else is shown there. */
export function mayShowAbove(): boolean {
  return page().run.status !== "running";
}

export async function showAbove(): Promise<void> {
  const { checkpoints: kept, facts } = await checkpoints();
  before ??= { page: page(), packs: givenPacks() };
  const ready = startEngine(kept, facts);
  replace(pageOf(facts, before.page));
  runBefore.value = before.page.run.name;
  await ready;
}

export async function showRunAgain(): Promise<void> {
  if (before === null) return;
  const { page: shown, packs } = before;
  before = null;
  runBefore.value = null;
  const [first, ...later] = packs;
  const ready = first && startEngine(first, { task: shown.task, model: shown.run.model, modular: shown.modular, examples: shown.examples });
  replace(shown);
  await ready;
  for (const pack of later) await addWeights(pack);
}

/** Another page, from its top, without what was chosen in the one before. */
function replace(shown: RunPage): void {
  batch(() => {
    steps.value = [];
    wantedStep.value = -1;
    frequency.value = null;
    neuron.value = null;
    storyStop.value = null;
    pair.value = [5, 7];
    zoom.value = [];
    for (const cut of [cutFrequencies, cutClusters, cutHeads]) cut.value = [];
    setPage(shown);
  });
  document.getElementById("main")?.focus({ preventScroll: true });
  scrollTo(0, 0);
}

/** Only what the training recorded; everything that is measured for a stored run is left out. */
function pageOf(facts: Facts, around: RunPage): RunPage {
  const chosen = settings.peek();
  const last = curve.peek()[curve.peek().length - 1]!;
  const words = inWords(milestones.peek(), last);
  const run = Object.assign({}, around.run, {
    name: `trained-here-${chosen.model}-p${chosen.p}-seed${chosen.seed}-step${last.step}`,
    recipe: "trained in this page",
    seed: chosen.seed,
    status: "finished",
    step: last.step,
    steps_planned: MOST_STEPS,
    stopped_because: null,
    created: new Date().toISOString(),
    seconds: seconds.peek(),
    command: commandOf(chosen, last.step),
    outcome: outcomeOf(milestones.peek(), last),
    headline: words,
    learned: null,
    model: facts.model,
    optimiser: { name: "adamw", lr: chosen.lr, weight_decay: chosen.decay, betas: [OPTIMISER.betaFirst, OPTIMISER.betaSecond], warmup: OPTIMISER.warmup },
    data: { kind: "finite", fraction: chosen.fraction, seed: chosen.seed },
    training: {},
    versions: {},
  });
  return Object.assign({}, around, { pending: [], run, task: facts.task, metrics: tableOf(curve.peek()), measures: { step: [], columns: {} }, phases: null, verdicts: [], captions: {}, modular: facts.modular, examples: null, extra: { [REASON]: NOT_MEASURED }, missing: { "stored run": HOW_BACK } });
}

function tableOf(points: Metrics[]): Table {
  const column = (name: keyof Metrics) => points.map((metrics) => metrics[name]);
  return {
    step: column("step"),
    columns: { train_loss: column("trainLoss"), test_loss: column("testLoss"), train_accuracy: column("trainAccuracy"), test_accuracy: column("testAccuracy"), sum_squared_weights: column("size") },
  };
}
