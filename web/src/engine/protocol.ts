/** Messages between the page and the worker. */
import type { LooseCheckpoint } from "./loose";
import type { Facts } from "./quantity";

export type ToWorker =
  /** To a helper: answer the tasks of the worker at the other end of this port. */
  | { kind: "help"; port: MessagePort; facts: Facts }
  /** To the worker that answers questions: the ports of its helpers. */
  | { kind: "helpers"; ports: MessagePort[] }
  | { kind: "load"; pack: Uint8Array; facts: Facts }
  | { kind: "loose"; checkpoints: LooseCheckpoint[]; facts: Facts }
  | { kind: "add"; pack: Uint8Array }
  | { kind: "compute"; id: number; name: string; index: number; args: unknown };

export type FromWorker =
  | { kind: "loaded"; steps: number[] }
  | { kind: "failed"; reason: string }
  | { kind: "result"; id: number; value: unknown; milliseconds: number }
  | { kind: "error"; id: number; reason: string };
