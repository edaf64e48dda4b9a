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
  /** Whether it waits until the page has drawn what needs no answer. */
  held: boolean;
  resolve(value: unknown): void;
  reject(error: Error): void;
}

/** Bytes of the answers that are kept, over all checkpoints. */
const KEPT = 96e6;

/** Urgent questions that the worker holds: with a second one it goes on while the page draws the answer to the first. */
const AHEAD = 2;

/**
 * Milliseconds from which an answer is slow. The worker begins with a slow one after the next frame, so that what needs no
 * answer, or a quick one, is drawn without sharing the processors.
 */
const SLOW = 10;

/** Milliseconds after the last urgent answer before the worker turns to views outside the window. */
const QUIET = 500;

/** Workers at the most: more would hardly be faster, and each takes memory. */
const MOST_WORKERS = 4;

let worker: Worker | null = null;
/** Workers that compute parts of what `worker` is asked. */
let helpers: Worker[] = [];
let loading: { resolve(): void; reject(error: Error): void } | null = null;
let next = 0;
const running: Asked[] = [];
/** Milliseconds that each quantity took when it was computed last: the quick ones are answered first. */
const taken = new Map<string, number>();
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
  for (const asked of [...waiting.splice(0), ...running.splice(0)]) asked.reject(new Error("the weights were replaced"));
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
  const at = running.findIndex(({ question }) => question.id === message.id);
  if (at < 0) return;
  const [asked] = running.splice(at, 1) as [Asked];
  if (message.kind === "result") {
    taken.set(asked.question.name, message.milliseconds);
    asked.resolve(message.value);
  } else asked.reject(new Error(message.reason));
  sendNext(asked.background);
}

/** Hand the worker its next questions: those of the views in the window first, and the others one at a time. */
function sendNext(afterBackground: boolean): void {
  clearTimeout(pause);
  while (running.length < AHEAD) {
    const urgent = quickest();
    if (urgent === null) break;
    send(urgent);
  }
  if (running.length > 0 || waiting.length === 0) return;
  if (afterBackground) send(waiting[0]!);
  else pause = setTimeout(() => sendNext(true), QUIET);
}

function quickest(): Asked | null {
  const cost = ({ question }: Asked) => taken.get(question.name) ?? 0;
  const better = (best: Asked | null, asked: Asked) => (asked.background || asked.held || (best !== null && cost(best) <= cost(asked)) ? best : asked);
  return waiting.reduce(better, null);
}

function send(asked: Asked): void {
  waiting.splice(waiting.indexOf(asked), 1);
  running.push(asked);
  worker!.postMessage(asked.question);
}

/** Resolves when no view waits for an answer. `inSightOnly`: none in the window; `names`: none for one of these quantities. */
export async function whenIdle(inSightOnly = false, names: readonly string[] | null = null): Promise<void> {
  const counts = ({ background, question }: Asked) => !(inSightOnly && background) && (names?.includes(question.name) ?? true);
  while ([...running, ...waiting].some(counts)) await new Promise((resolve) => setTimeout(resolve, 1));
}

/** Whether a view waits for an answer. */
export function isBusy(): boolean {
  return running.length + waiting.length > 0;
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
    const held = !background && !document.hidden && (taken.get(name) ?? 0) >= SLOW;
    const asked: Asked = { question: { kind: "compute", id: next++, name, index, args }, background, held, resolve, reject };
    waiting.push(asked);
    if (held) requestAnimationFrame(() => setTimeout(() => release(asked)));
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

function release(asked: Asked): void {
  asked.held = false;
  sendNext(false);
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
