/**
 * A pass shared by several workers: each computes the logits of some x. The worker that answers questions asks its helpers,
 * computes rows of its own meanwhile, and puts all together.
 */
import { modularModel } from "./modular_model";
import type { Weights } from "./pack";
import { alone, isHeavy, joined, keep, known, pieceOf, type Piece, type Rows } from "./pass";
import type { Parts } from "./parts";
import { opened, type Checkpoint, type Facts } from "./quantity";

/** A question to a helper. `weights`: null where they are those of the question before. */
interface Task {
  id: number;
  step: number;
  weights: Weights | null;
  parts: Parts;
  rows: Rows;
}

type Done = { id: number; piece: Piece } | { id: number; reason: string };

/** A helper, as the worker that asks sees it. */
class Helper {
  private sent: Weights | null = null;
  private next = 0;
  private readonly waiting = new Map<number, { resolve(piece: Piece): void; reject(error: Error): void }>();

  constructor(private readonly port: MessagePort) {
    port.onmessage = ({ data }: MessageEvent<Done>) => {
      const asked = this.waiting.get(data.id);
      this.waiting.delete(data.id);
      if ("piece" in data) asked?.resolve(data.piece);
      else asked?.reject(new Error(data.reason));
    };
  }

  ask(at: Checkpoint, parts: Parts, rows: Rows): Promise<Piece> {
    const task: Task = { id: this.next++, step: at.step, weights: at.weights === this.sent ? null : at.weights, parts, rows };
    this.sent = at.weights;
    return new Promise((resolve, reject) => {
      this.waiting.set(task.id, { resolve, reject });
      this.port.postMessage(task);
    });
  }
}

let helpers: Helper[] = [];

export function useHelpers(ports: MessagePort[]): void {
  helpers = ports.map((port) => new Helper(port));
}

/** Compute these passes of a checkpoint, as far as others can help: what reads them then finds them. */
export async function share(at: Checkpoint, passes: Parts[]): Promise<void> {
  if (helpers.length === 0) return;
  for (const parts of passes) if (known(at, parts) === undefined && isHeavy(modularModel(at), parts)) await shareOne(at, parts);
}

async function shareOne(at: Checkpoint, parts: Parts): Promise<void> {
  const model = modularModel(at);
  const [own, ...theirs] = spans(model.n, helpers.length + 1);
  const asked = theirs.map((rows, i) => helpers[i]!.ask(at, parts, rows));
  const here = alone(at, parts);
  const first = pieceOf(model, parts, own!, here);
  // A helper that fails is replaced: its rows are computed here.
  const others = await Promise.all(asked.map((piece, i) => piece.catch(() => pieceOf(model, parts, theirs[i]!, here))));
  keep(at, parts, joined(model, [first, ...others], here));
}

/** 0 … n in parts of about one length. */
function spans(n: number, count: number): Rows[] {
  const cut = (i: number) => Math.round((i * n) / count);
  return Array.from({ length: count }, (_, i) => ({ from: cut(i), to: cut(i + 1) }));
}

/** Be a helper: answer tasks from this port for as long as the worker lives. */
export function help(port: MessagePort, facts: Facts): void {
  let at: Checkpoint | null = null;
  port.onmessage = ({ data: { id, step, weights, parts, rows } }: MessageEvent<Task>) => {
    try {
      if (weights !== null) at = opened(step, weights, facts);
      const piece = pieceOf(modularModel(at!), parts, rows);
      const arrays = [piece.logits, piece.neurons, piece.pattern].flatMap((array) => (array === null ? [] : [array.buffer]));
      port.postMessage({ id, piece } satisfies Done, arrays);
    } catch (error) {
      port.postMessage({ id, reason: String(error) } satisfies Done);
    }
  };
}
