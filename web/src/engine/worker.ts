/** The worker: keeps the packed weights, and computes quantities of the checkpoints that the page asks for. */
import { Loose } from "./loose";
import { Packs } from "./packs";
import type { FromWorker, ToWorker } from "./protocol";
import { computeQuantity, opened, passesOf, type Checkpoint, type Facts } from "./quantity";
import { help, share, useHelpers } from "./sharing";
import "./quantities";

/** Checkpoints whose intermediate results are kept: all pairs of p = 113 take some 60 MB each. */
const KEPT = 3;

let pack: Packs | Loose | null = null;
let facts: Facts | null = null;
const recent = new Map<number, Checkpoint>();

async function checkpointAt(index: number): Promise<Checkpoint> {
  if (pack === null || facts === null) throw new Error("the weights have not been loaded");
  const weights = await pack.weights(index);
  const at = recent.get(index) ?? opened(pack.steps[index]!, weights, facts);
  recent.delete(index);
  recent.set(index, at);
  if (recent.size > KEPT) recent.delete(recent.keys().next().value!);
  return at;
}

/** Unpack the other checkpoints one by one, so that questions which arrive meanwhile are answered between them. */
async function unpackAll(from: Packs): Promise<void> {
  for (let index = from.steps.length - 1; index >= 0; index--) await from.weights(index);
}

function send(message: FromWorker): void {
  postMessage(message);
}

async function receive(message: ToWorker): Promise<void> {
  if (message.kind === "help") return help(message.port, message.facts);
  if (message.kind === "helpers") return useHelpers(message.ports);
  if (message.kind === "load" || message.kind === "loose") {
    facts = message.facts;
    recent.clear();
    pack = message.kind === "load" ? new Packs() : new Loose(message.checkpoints);
  }
  if (message.kind === "loose") return send({ kind: "loaded", steps: pack!.steps });
  if (message.kind !== "compute") {
    if (!(pack instanceof Packs)) throw new Error("the first weights have not been loaded");
    await pack.add(message.pack);
    send({ kind: "loaded", steps: pack.steps });
    void unpackAll(pack);
    return;
  }
  const began = performance.now();
  try {
    const at = await checkpointAt(message.index);
    await share(at, passesOf(message.name, message.args));
    const value = computeQuantity(message.name, at, message.args);
    send({ kind: "result", id: message.id, value, milliseconds: performance.now() - began });
  } catch (error) {
    send({ kind: "error", id: message.id, reason: error instanceof Error ? error.message : String(error) });
  }
}

/** Messages are answered one after another, because a question that waits for the helpers shares its results with the next. */
let last: Promise<void> = Promise.resolve();

onmessage = (event: MessageEvent<ToWorker>) => {
  last = last.then(() => receive(event.data)).catch((error: unknown) => send({ kind: "failed", reason: String(error) }));
};
