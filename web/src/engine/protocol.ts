/** Messages between the page and the worker. */
import type { LooseCheckpoint } from "./loose";
import type { Facts } from "./quantity";

export type ToWorker =
  | { kind: "load"; pack: Uint8Array; facts: Facts }
  | { kind: "loose"; checkpoints: LooseCheckpoint[]; facts: Facts }
  | { kind: "add"; pack: Uint8Array }
  | { kind: "compute"; id: number; name: string; index: number; args: unknown };

export type FromWorker =
  | { kind: "loaded"; steps: number[] }
  | { kind: "failed"; reason: string }
  | { kind: "result"; id: number; value: unknown; milliseconds: number }
  | { kind: "error"; id: number; reason: string };
