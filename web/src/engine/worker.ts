/** The worker: keeps the packed weights, and computes quantities of the checkpoints that the page asks for. */
import { Packs } from "./packs";
import type { FromWorker, ToWorker } from "./protocol";
import { computeQuantity, type Checkpoint, type Facts } from "./quantity";
import "./quantities";

/** Checkpoints whose intermediate results are kept: all pairs of p = 113 take some 60 MB each. */
const KEPT = 3;

let pack: Packs | null = null;
let facts: Facts | null = null;
const recent = new Map<number, Checkpoint>();

function checkpointAt(index: number): Checkpoint {
  if (pack === null || facts === null) throw new Error("the weights have not been loaded");
  const known = recent.get(index);
  const at = known ?? opened(pack, facts, index);
  recent.delete(index);
  recent.set(index, at);
  if (recent.size > KEPT) recent.delete(recent.keys().next().value!);
  return at;
}

function opened(from: Packs, known: Facts, index: number): Checkpoint {
  const kept = new Map<string, unknown>();
  const once = <T>(key: string, make: () => T): T => {
    if (!kept.has(key)) kept.set(key, make());
    return kept.get(key) as T;
  };
  return { step: from.steps[index]!, weights: from.weights(index), facts: known, once };
}

function send(message: FromWorker): void {
  postMessage(message);
}

async function receive(message: ToWorker): Promise<void> {
  if (message.kind === "load") {
    facts = message.facts;
    recent.clear();
    pack = new Packs();
  }
  if (message.kind !== "compute") {
    if (pack === null) throw new Error("the first weights have not been loaded");
    await pack.add(message.pack);
    send({ kind: "loaded", steps: pack.steps });
    return;
  }
  const began = performance.now();
  try {
    const value = computeQuantity(message.name, checkpointAt(message.index), message.args);
    send({ kind: "result", id: message.id, value, milliseconds: performance.now() - began });
  } catch (error) {
    send({ kind: "error", id: message.id, reason: error instanceof Error ? error.message : String(error) });
  }
}

onmessage = (event: MessageEvent<ToWorker>) => {
  receive(event.data).catch((error: unknown) => send({ kind: "failed", reason: String(error) }));
};
