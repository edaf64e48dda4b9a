/** The worker that trains: updates in slices of time, so that it can be paused, and a progress report every so often. */
import type { LooseCheckpoint } from "../engine/loose";
import type { Facts } from "../engine/quantity";
import { factsOf } from "./facts";
import type { FromTrainer, Stopped, ToTrainer } from "./protocol";
import { isKept, isRecorded, MOST_STEPS, stopAfter } from "./schedule";
import { snapshotOf } from "./snapshot";
import { Training, type Metrics } from "./training";

/** Milliseconds of training between looks at the messages. */
const SLICE = 30;

/** A report is made at the earliest after this many times as long as the last one took. */
const DEAR = 8;

let training: Training | null = null;
let facts: Facts | null = null;
let interval = 0;
let running = false;
let stopped: Stopped | null = null;
/** Metrics that have not been reported. */
let unreported: Metrics[] = [];
let kept: LooseCheckpoint[] = [];
/** Where training stops by itself, from the step at which it generalised; null before, and after it was continued. */
let end: number | null = null;
let mayStop = true;
/** Time spent on training. */
let spent = 0;
/** Step and time of the last report, and how long the report took. */
let reported = { step: 0, at: 0, took: 0 };

function send(message: FromTrainer): void {
  postMessage(message);
}

function record(now: Training): void {
  const metrics = now.metrics();
  unreported.push(metrics);
  if (isKept(now.step)) kept.push({ step: now.step, weights: now.weights() });
  if (end === null && mayStop) end = stopAfter(metrics);
}

/** One update; false where training has ended. */
function update(now: Training): boolean {
  now.advance();
  if (now.diverged) stopped = { why: "diverged", step: now.step };
  else if (isRecorded(now.step)) record(now);
  if (mayStop && now.step === end) stopped = { why: "generalised", step: now.step };
  else if (now.step >= MOST_STEPS) stopped = { why: "steps", step: now.step };
  return stopped === null;
}

function report(now: Training): void {
  const began = performance.now();
  const seconds = (began - reported.at) / 1000;
  const made = now.step - reported.step;
  if (made > 0) spent += seconds;
  send({ kind: "progress", running, stepsPerSecond: made > 0 ? made / seconds : null, seconds: spent, metrics: unreported, snapshot: snapshotOf(now, facts!), stopped });
  unreported = [];
  const at = performance.now();
  reported = { step: now.step, at, took: at - began };
}

function slice(): void {
  const now = training;
  if (now === null || !running) return;
  const until = performance.now() + SLICE;
  while (running && performance.now() < until) running = update(now);
  if (!running || performance.now() - reported.at > Math.max(interval, DEAR * reported.took)) report(now);
  if (running) setTimeout(slice, 0);
}

async function start(message: Extract<ToTrainer, { kind: "start" }>): Promise<void> {
  training = await Training.start(message.settings);
  interval = message.interval;
  facts = factsOf(message.settings, training.split, []);
  record(training);
  report(training);
}

async function receive(message: ToTrainer): Promise<void> {
  if (message.kind === "start") return start(message);
  const now = training;
  if (now === null) throw new Error("the training has not been started");
  if (message.kind === "weights") send({ kind: "weights", step: now.step, weights: now.weights() });
  else if (message.kind === "checkpoints") sendCheckpoints(now);
  else if (message.kind === "run") run(now);
  else if (message.kind === "pause") {
    running = false;
    report(now);
  } else advance(now, message.count);
}

/** The kept checkpoints and the present one, with the present key frequencies. */
function sendCheckpoints(now: Training): void {
  const last = kept[kept.length - 1]?.step === now.step ? [] : [{ step: now.step, weights: now.weights() }];
  const { keys } = snapshotOf(now, facts!);
  send({ kind: "checkpoints", checkpoints: [...kept, ...last], facts: factsOf(now.settings, now.split, keys) });
}

function run(now: Training): void {
  if (running || now.diverged) return;
  // Who goes on after it has stopped by itself wants to see more.
  if (stopped?.why === "generalised") mayStop = false;
  stopped = null;
  running = true;
  reported = { ...reported, step: now.step, at: performance.now() };
  slice();
}

function advance(now: Training, count: number): void {
  reported = { ...reported, step: now.step, at: performance.now() };
  for (let made = 0; made < count; made++) if (!update(now)) break;
  if (unreported[unreported.length - 1]?.step !== now.step && !now.diverged) record(now);
  report(now);
}

onmessage = (event: MessageEvent<ToTrainer>) => {
  receive(event.data).catch((error: unknown) => send({ kind: "failed", reason: String(error) }));
};
