/** The page's side of the trainer: the chosen settings, the training's state, and what the views show of it. */
import { batch, computed, effect, signal } from "@preact/signals";
import source from "worker:./worker.ts";
import type { LooseCheckpoint } from "../engine/loose";
import type { Weights } from "../engine/pack";
import type { Facts } from "../engine/quantity";
import { asNumber, asText, inAddress } from "../url";
import { milestonesOf } from "./milestones";
import type { FromTrainer, Snapshot, Stopped, ToTrainer } from "./protocol";
import { DEFAULTS, fault, type ModelKind, type Operation, type Settings } from "./settings";
import type { Metrics } from "./training";

const start = DEFAULTS.transformer;

/** Each setting stands in the address, so that a link trains the same model. */
export const chosen = {
  model: inAddress("train-model", start.model as string, asText),
  operation: inAddress("train-task", start.operation as string, asText),
  p: inAddress("train-p", start.p, asNumber),
  fraction: inAddress("train-share", start.fraction, asNumber),
  width: inAddress("train-width", start.width, asNumber),
  lr: inAddress("train-rate", start.lr, asNumber),
  decay: inAddress("train-decay", start.decay, asNumber),
  seed: inAddress("train-seed", start.seed, asNumber),
};

export const settings = computed<Settings>(() => ({
  model: chosen.model.value as ModelKind,
  operation: chosen.operation.value as Operation,
  p: chosen.p.value,
  fraction: chosen.fraction.value,
  width: chosen.width.value,
  lr: chosen.lr.value,
  decay: chosen.decay.value,
  seed: chosen.seed.value,
}));

/** Why the chosen settings cannot be trained, or null. */
export const settingsFault = computed(() => fault(settings.value));

/** "none": the trainer has not been needed yet. */
export const state = signal<"none" | "paused" | "running">("none");
export const stopped = signal<Stopped | null>(null);
export const failure = signal<string | null>(null);
export const curve = signal<Metrics[]>([]);
export const snapshot = signal<Snapshot | null>(null);
export const stepsPerSecond = signal<number | null>(null);
/** Time spent on training, without pauses. */
export const seconds = signal(0);
export const milestones = computed(() => milestonesOf(curve.value));

/** Milliseconds between two pictures of the training: usually, and for visitors who asked for less motion. */
const LIVELY = 250;
const CALM = 1500;

/** Address of the worker's code. */
let code: string | undefined;
let worker: Worker | null = null;
/** Questions to the worker that have not been answered, by the kind of the answer. */
const waiting = new Map<FromTrainer["kind"], (message: FromTrainer) => void>();

function send(message: ToTrainer): void {
  worker?.postMessage(message);
}

function receive(message: FromTrainer): void {
  if (message.kind === "progress") progressed(message);
  if (message.kind === "failed") {
    failure.value = message.reason;
    state.value = "paused";
  }
  waiting.get(message.kind)?.(message);
  waiting.delete(message.kind);
}

function progressed(message: Extract<FromTrainer, { kind: "progress" }>): void {
  batch(() => {
    state.value = message.running ? "running" : "paused";
    stopped.value = message.stopped;
    if (message.metrics.length > 0) curve.value = [...curve.value, ...message.metrics];
    snapshot.value = message.snapshot;
    stepsPerSecond.value = message.stepsPerSecond;
    seconds.value = message.seconds;
  });
}

/** The worker's next message of this kind. */
function next<K extends FromTrainer["kind"]>(kind: K): Promise<Extract<FromTrainer, { kind: K }>> {
  return new Promise((resolve) => waiting.set(kind, (message) => resolve(message as Extract<FromTrainer, { kind: K }>)));
}

/** A new model with the chosen settings, at step 0. */
export function reset(): void {
  worker?.terminate();
  worker = null;
  batch(() => {
    state.value = "paused";
    stopped.value = null;
    failure.value = null;
    curve.value = [];
    snapshot.value = null;
    stepsPerSecond.value = null;
    seconds.value = 0;
  });
  if (settingsFault.peek() !== null) return;
  worker = new Worker((code ??= URL.createObjectURL(new Blob([source], { type: "text/javascript" }))));
  worker.onmessage = (event: MessageEvent<FromTrainer>) => receive(event.data);
  worker.onerror = (event) => receive({ kind: "failed", reason: event.message });
  const calm = matchMedia("(prefers-reduced-motion: reduce)").matches;
  send({ kind: "start", settings: settings.peek(), interval: calm ? CALM : LIVELY });
}

/** Make a model when the visitor first comes near the section, and a new one whenever a setting changes. */
export function prepare(): void {
  if (state.peek() !== "none") return;
  let known = "";
  effect(() => {
    const wanted = JSON.stringify(settings.value);
    if (wanted === known) return;
    known = wanted;
    reset();
  });
}

export function run(): void {
  state.value = "running";
  send({ kind: "run" });
}

export function pause(): void {
  send({ kind: "pause" });
}

export function advance(count: number): void {
  send({ kind: "advance", count });
}

/** Change some settings at once. */
export function choose(changes: Partial<Settings>): void {
  batch(() => {
    for (const [name, value] of Object.entries(changes)) (chosen[name as keyof Settings] as { value: string | number }).value = value;
  });
}

/** The checkpoints that were kept, and the facts that the engine of the views needs. */
export function checkpoints(): Promise<{ checkpoints: LooseCheckpoint[]; facts: Facts }> {
  const answer = next("checkpoints");
  send({ kind: "checkpoints" });
  return answer;
}

/** For tests: so many updates of a fresh model, and its weights after them. */
export async function trained(changes: Partial<Settings>, count: number): Promise<{ step: number; weights: Weights }> {
  choose(changes);
  prepare();
  reset();
  await next("progress");
  if (count > 0) {
    advance(count);
    await next("progress");
  }
  const answer = next("weights");
  send({ kind: "weights" });
  return answer;
}
