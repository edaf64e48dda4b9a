/** The page's side of the worker: asks for quantities, keeps recent answers, and drops questions that are out of date. */
import { effect, Signal, signal, untracked, useComputed, useSignal, useSignalEffect, type ReadonlySignal } from "@preact/signals";
import { createContext } from "preact";
import { useContext, useRef } from "preact/hooks";
import source from "worker:./worker.ts";
import { checkpoint, step, steps } from "../state";
import type { LooseCheckpoint } from "./loose";
import { useLag } from "./on_paper";
import type { FromWorker, ToWorker } from "./protocol";
import type { Args, Facts, Name, Result } from "./quantity";

export interface Answer<T> {
  value: T | null;
  /** The step that `value` belongs to. */
  step: number | null;
  /** The arguments that `value` belongs to. */
  args: unknown;
  error: string | null;
}

interface Asked {
  question: ToWorker & { kind: "compute" };
  /** Whether nothing that the visitor sees waits for it. */
  background: boolean;
  resolve(value: unknown): void;
  reject(error: Error): void;
}

/** Bytes of the answers that are kept, over all checkpoints. */
const KEPT = 96e6;

/** Milliseconds after the last urgent answer before the worker turns to views outside the window. */
const QUIET = 500;

/** Workers at the most: more would hardly be faster, and each takes memory. */
const MOST_WORKERS = 4;

let worker: Worker | null = null;
/** Workers that compute parts of what `worker` is asked. */
let helpers: Worker[] = [];
let loading: { resolve(): void; reject(error: Error): void } | null = null;
let next = 0;
let running: Asked | null = null;
let pause: ReturnType<typeof setTimeout> | undefined;
const waiting: Asked[] = [];
const answers = new Map<string, { promise: Promise<unknown>; bytes: number }>();

/** "none": a page without weights. */
export const engineState = signal<"none" | "loading" | "ready" | "failed">("none");
export const engineError = signal("");

/** Packs that the worker was given; [] where its checkpoints are not packed. */
let given: Uint8Array[] = [];

export function givenPacks(): readonly Uint8Array[] {
  return given;
}

/** Start the worker on these weights, packed or as they are. */
export function startEngine(weights: Uint8Array | LooseCheckpoint[], facts: Facts): Promise<void> {
  for (const old of [worker, ...helpers]) old?.terminate();
  answers.clear();
  for (const asked of [...waiting.splice(0), ...(running ? [running] : [])]) asked.reject(new Error("the weights were replaced"));
  running = null;
  engineState.value = "loading";
  const code = URL.createObjectURL(new Blob([source], { type: "text/javascript" }));
  worker = new Worker(code);
  worker.onmessage = (event: MessageEvent<FromWorker>) => {
    const message = event.data;
    if (message.kind === "loaded") {
      steps.value = message.steps;
      restingCheckpoint.value = checkpoint.peek();
      engineState.value = "ready";
      loading?.resolve();
    } else if (message.kind === "failed") {
      engineState.value = "failed";
      engineError.value = message.reason;
      loading?.reject(new Error(message.reason));
    } else answered(message);
  };
  startHelpers(worker, code, facts);
  const packed = weights instanceof Uint8Array;
  given = packed ? [weights] : [];
  return loaded(packed ? { kind: "load", pack: weights, facts } : { kind: "loose", checkpoints: weights, facts });
}

/** One processor is left for drawing, where there are more than two. */
function startHelpers(asking: Worker, code: string, facts: Facts): void {
  const count = Math.max(2, Math.min(MOST_WORKERS, navigator.hardwareConcurrency - 1)) - 1;
  const channels = Array.from({ length: facts.modular === null ? 0 : count }, () => new MessageChannel());
  helpers = channels.map(({ port1: port }) => {
    const helper = new Worker(code);
    helper.postMessage({ kind: "help", port, facts } satisfies ToWorker, [port]);
    return helper;
  });
  const ports = channels.map(({ port2 }) => port2);
  asking.postMessage({ kind: "helpers", ports } satisfies ToWorker, ports);
}

/** Hand the worker checkpoints that come after those that it has, as of a run in training. Call it after `startEngine`. */
export function addWeights(pack: Uint8Array): Promise<void> {
  given.push(pack);
  return loaded({ kind: "add", pack });
}

function loaded(message: ToWorker): Promise<void> {
  return new Promise((resolve, reject) => {
    loading = { resolve, reject };
    worker!.postMessage(message);
  });
}

function answered(message: Extract<FromWorker, { id: number }>): void {
  const asked = running;
  if (asked?.question.id !== message.id) return;
  running = null;
  if (message.kind === "result") asked.resolve(message.value);
  else asked.reject(new Error(message.reason));
  sendNext(asked.background);
}

/** Hand the worker its next question: one at a time, those of the views in the window first. */
function sendNext(afterBackground: boolean): void {
  clearTimeout(pause);
  if (running !== null || waiting.length === 0) return;
  const urgent = waiting.findIndex((asked) => !asked.background);
  if (urgent >= 0 || afterBackground) {
    running = waiting.splice(Math.max(0, urgent), 1)[0]!;
    worker!.postMessage(running.question);
  } else pause = setTimeout(() => sendNext(true), QUIET);
}

/** Resolves when no view waits for an answer; `inSightOnly`: none in the window. */
export async function whenIdle(inSightOnly = false): Promise<void> {
  const isBusy = () => [running, ...waiting].some((asked) => asked !== null && !(inSightOnly && asked.background));
  while (isBusy()) await new Promise((resolve) => setTimeout(resolve, 1));
}

/** A quantity of the checkpoint at this index. `background`: answered when the visitor waits for nothing else. */
export function ask<N extends Name>(name: N, index: number, args: Args<N>, background = false): Promise<Result<N>> {
  const key = keyOf(name, index, args);
  const known = answers.get(key);
  if (known !== undefined) {
    if (!background) hurry(key);
    return known.promise as Promise<Result<N>>;
  }
  const made = new Promise<unknown>((resolve, reject) => {
    if (worker === null) throw new Error("this page has no weights");
    waiting.push({ question: { kind: "compute", id: next++, name, index, args }, background, resolve, reject });
  });
  const answer = { promise: made, bytes: 0 };
  answers.set(key, answer);
  made.then(
    (value) => {
      answer.bytes = bytesOf(value);
      forgetOldest();
    },
    () => answers.delete(key),
  );
  sendNext(false);
  return made as Promise<Result<N>>;
}

function forgetOldest(): void {
  let bytes = 0;
  for (const answer of answers.values()) bytes += answer.bytes;
  for (const [key, answer] of answers) {
    if (bytes <= KEPT) return;
    answers.delete(key);
    bytes -= answer.bytes;
  }
}

/** Size of the typed arrays in an answer, and of its numbers. */
function bytesOf(value: unknown): number {
  if (ArrayBuffer.isView(value)) return value.byteLength;
  if (typeof value !== "object" || value === null) return 8;
  return Object.values(value).reduce<number>((sum, part) => sum + bytesOf(part), 0);
}

/** Let a question that waits in the background be answered at once. */
function hurry(key: string): void {
  const asked = waiting.find(({ question }) => keyOf(question.name, question.index, question.args) === key);
  if (asked === undefined) return;
  asked.background = false;
  sendNext(false);
}

/** Whether the card around a view is in the window, or near it. */
export const InSight = createContext<ReadonlySignal<boolean>>(signal(true));

/** Milliseconds without a move after which the slider rests. */
const REST = 400;

/** The checkpoint at which the slider rests: what the views outside the window show. */
export const restingCheckpoint = signal(0);
effect(() => {
  const index = checkpoint.value;
  const timer = setTimeout(() => (restingCheckpoint.value = index), REST);
  return () => clearTimeout(timer);
});

/**
 * A quantity of the checkpoint in view, which follows the slider. While a new answer is on its way the last one stays,
 * and only the newest question waits: a slider that moves fast skips the steps between. A view outside the window
 * follows when the slider rests. `visible` (of `useOnScreen`): nothing is asked while it is false.
 */
export function useQuantity<N extends Name>(
  name: N,
  args: ReadonlySignal<Args<N>> | Args<N>,
  visible?: ReadonlySignal<boolean>,
): ReadonlySignal<Answer<Result<N>>> {
  const current = useSignal<Answer<Result<N>>>({ value: null, step: null, args: null, error: null });
  useLag(
    useComputed(() => {
      const { value, step: answered, error } = current.value;
      if (error !== null || visible?.value === false) return null;
      return value === null ? "unseen" : answered === step.value ? null : answered;
    }),
  );
  const busy = useRef(false);
  const inSight = useContext(InSight);
  const wanted = () => ({
    index: inSight.value ? checkpoint.value : restingCheckpoint.value,
    args: args instanceof Signal ? (args as ReadonlySignal<Args<N>>).value : (args as Args<N>),
  });
  const pump = (now: ReturnType<typeof wanted>): void => {
    if (busy.current) return void (inSight.peek() && hurry(keyOf(name, now.index, now.args)));
    busy.current = true;
    ask(name, now.index, now.args, !inSight.peek())
      .then((value) => (current.value = { value, step: steps.peek()[now.index]!, args: now.args, error: null }))
      .catch((error: Error) => (current.value = { ...current.peek(), error: error.message }))
      .finally(() => {
        busy.current = false;
        const then = untracked(wanted);
        if (visible?.peek() !== false && keyOf(name, then.index, then.args) !== keyOf(name, now.index, now.args)) pump(then);
      });
  };
  useSignalEffect(() => {
    const now = wanted();
    if (engineState.value === "ready") return void (visible?.value !== false && pump(now));
    if (engineState.value === "failed") current.value = { ...current.peek(), error: "it needs the weights, which cannot be read" };
    else if (engineState.value === "none") current.value = { ...current.peek(), error: "it needs weights, and this page has none" };
  });
  return current;
}

/** Whether an answer is of another step or of other arguments than are in view: the new one is on its way. */
export function isOutdated({ value, step: answered, args }: Answer<unknown>, step: number | null, wanted: unknown): boolean {
  return value !== null && (answered !== step || JSON.stringify(args) !== JSON.stringify(wanted));
}

function keyOf(name: string, index: number, args: unknown): string {
  return `${name} ${index} ${JSON.stringify(args)}`;
}
