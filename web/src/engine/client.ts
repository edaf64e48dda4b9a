/** The page's side of the worker: asks for quantities, keeps recent answers, and drops questions that are out of date. */
import { Signal, signal, untracked, useSignal, useSignalEffect, type ReadonlySignal } from "@preact/signals";
import { useRef } from "preact/hooks";
import source from "worker:./worker.ts";
import { checkpoint, steps } from "../state";
import type { FromWorker, ToWorker } from "./protocol";
import type { Args, Facts, Name, Result } from "./quantity";

export interface Answer<T> {
  value: T | null;
  /** The step that `value` belongs to. */
  step: number | null;
  error: string | null;
}

interface Asked {
  resolve(value: unknown): void;
  reject(error: Error): void;
}

/** Answers that are kept, over all checkpoints. */
const KEPT = 400;

let worker: Worker | null = null;
let loading: { resolve(): void; reject(error: Error): void } | null = null;
let next = 0;
const asked = new Map<number, Asked>();
const answers = new Map<string, Promise<unknown>>();

/** "none": a page without weights. */
export const engineState = signal<"none" | "loading" | "ready" | "failed">("none");
export const engineError = signal("");

/** Start the worker on these weights. */
export function startEngine(pack: Uint8Array, facts: Facts): Promise<void> {
  worker?.terminate();
  answers.clear();
  asked.clear();
  engineState.value = "loading";
  worker = new Worker(URL.createObjectURL(new Blob([source], { type: "text/javascript" })));
  worker.onmessage = (event: MessageEvent<FromWorker>) => {
    const message = event.data;
    if (message.kind === "loaded") {
      steps.value = message.steps;
      engineState.value = "ready";
      loading?.resolve();
    } else if (message.kind === "failed") {
      engineState.value = "failed";
      engineError.value = message.reason;
      loading?.reject(new Error(message.reason));
    } else answered(message);
  };
  return loaded({ kind: "load", pack, facts });
}

/** Hand the worker checkpoints that come after those that it has, as of a run in training. Call it after `startEngine`. */
export function addWeights(pack: Uint8Array): Promise<void> {
  return loaded({ kind: "add", pack });
}

function loaded(message: ToWorker): Promise<void> {
  return new Promise((resolve, reject) => {
    loading = { resolve, reject };
    worker!.postMessage(message);
  });
}

function answered(message: Extract<FromWorker, { id: number }>): void {
  const waiting = asked.get(message.id);
  asked.delete(message.id);
  if (message.kind === "result") waiting?.resolve(message.value);
  else waiting?.reject(new Error(message.reason));
}

/** A quantity of the checkpoint at this index. */
export function ask<N extends Name>(name: N, index: number, args: Args<N>): Promise<Result<N>> {
  const key = `${name} ${index} ${JSON.stringify(args)}`;
  const known = answers.get(key);
  if (known !== undefined) return known as Promise<Result<N>>;
  const made = new Promise<unknown>((resolve, reject) => {
    if (worker === null) throw new Error("this page has no weights");
    const id = next++;
    asked.set(id, { resolve, reject });
    const question: ToWorker = { kind: "compute", id, name, index, args };
    worker.postMessage(question);
  });
  answers.set(key, made);
  if (answers.size > KEPT) answers.delete(answers.keys().next().value!);
  return made as Promise<Result<N>>;
}

/**
 * A quantity of the checkpoint in view, which follows the slider. While a new answer is on its way the last one stays,
 * and only the newest question waits: a slider that moves fast skips the steps between.
 */
export function useQuantity<N extends Name>(name: N, args: ReadonlySignal<Args<N>> | Args<N>): ReadonlySignal<Answer<Result<N>>> {
  const current = useSignal<Answer<Result<N>>>({ value: null, step: null, error: null });
  const running = useRef(false);
  const wantedArgs = () => (args instanceof Signal ? (args as ReadonlySignal<Args<N>>).value : (args as Args<N>));
  const pump = (index: number, wanted: Args<N>): void => {
    if (running.current) return;
    running.current = true;
    ask(name, index, wanted)
      .then((value) => (current.value = { value, step: steps.peek()[index]!, error: null }))
      .catch((error: Error) => (current.value = { ...current.peek(), error: error.message }))
      .finally(() => {
        running.current = false;
        const now = untracked(wantedArgs);
        if (index !== checkpoint.peek() || JSON.stringify(now) !== JSON.stringify(wanted)) pump(checkpoint.peek(), now);
      });
  };
  useSignalEffect(() => {
    const index = checkpoint.value;
    const wanted = wantedArgs();
    if (engineState.value === "ready") pump(index, wanted);
  });
  return current;
}
