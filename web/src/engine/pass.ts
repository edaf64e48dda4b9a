/**
 * A model on all pairs of a modular task: attention, neurons and logits, each computed when it is first read. The rows of
 * some x can be computed by themselves, so that several workers can share a pass.
 */
import { lazily } from "./lazily";
import { modularModel, type ModularModel } from "./modular_model";
import type { Neurons } from "./neurons";
import { pairPass, pairRows } from "./pair_forward";
import { isWhole, WHOLE, type Parts } from "./parts";
import { plainRows } from "./plain_forward";
import type { Checkpoint } from "./quantity";

/** Activations of all pairs. */
export interface Pass {
  /** n² × heads × 3, attention of `=` to x, y and `=`; null without attention. */
  readonly pattern: Float32Array | null;
  /** After the ReLU. */
  readonly neurons: Neurons;
  /** n² × n. */
  readonly logits: Float32Array;
}

/** The operands x from `from` to before `to`. */
export interface Rows {
  from: number;
  to: number;
}

/** What a pass needs of some rows; null where it computes an array for itself, because that is cheap. */
export interface Piece {
  rows: Rows;
  pattern: Float32Array | null;
  neurons: Float32Array | null;
  logits: Float32Array;
}

/** Passes without some parts that are kept, of those asked for last: a cut and the random one beside it. */
const KEPT = 2;

/** The pass of a checkpoint's model without some parts, for as long as the checkpoint is kept. */
export function pass(at: Checkpoint, parts: Parts = WHOLE): Pass {
  return known(at, parts) ?? keep(at, parts, passOf(modularModel(at), parts, () => pass(at)));
}

/** The pass, if it was begun before. */
export function known(at: Checkpoint, parts: Parts): Pass | undefined {
  return kept(at).get(keyOf(parts));
}

/** Make this the pass of a checkpoint. */
export function keep(at: Checkpoint, parts: Parts, made: Pass): Pass {
  const all = kept(at);
  all.set(keyOf(parts), made);
  const cuts = [...all.keys()].filter((key) => key !== keyOf(WHOLE));
  for (const key of cuts.slice(0, -KEPT)) all.delete(key);
  return made;
}

function kept(at: Checkpoint): Map<string, Pass> {
  return at.once("passes", () => new Map());
}

function keyOf(parts: Parts): string {
  return isWhole(parts) ? "whole" : JSON.stringify(parts);
}

/** Whether the neurons and the attention come from tables. */
function isPairModel(model: ModularModel): boolean {
  return model.layers === 1 && model.width > 0;
}

function passOf(model: ModularModel, parts: Parts, whole: () => Pass): Pass {
  if (isPairModel(model)) return pairPass(model, parts, isWhole(parts) ? null : whole());
  return joined(model, [pieceOf(model, parts, { from: 0, to: model.n })]);
}

/** The pass of which some workers compute some rows each; null where it needs all of them. */
export function alone(at: Checkpoint, parts: Parts): Pass | null {
  return isPairModel(modularModel(at)) ? passOf(modularModel(at), parts, () => pass(at)) : null;
}

/** Whether several workers can save time: not where a cut leaves the neurons, and with them the large product, as they are. */
export function isHeavy(model: ModularModel, parts: Parts): boolean {
  return !isPairModel(model) || isWhole(parts) || parts.heads.length > 0 || parts.skipAttention;
}

/** The rows of some x. `alone`: the same pass, whose attention is used. */
export function pieceOf(model: ModularModel, parts: Parts, rows: Rows, alone: Pass | null = null): Piece {
  if (!isPairModel(model)) return { rows, ...plainRows(model, parts, rows) };
  return { rows, pattern: null, neurons: null, logits: pairRows(model, parts, rows, alone) };
}

/** The pass of which these are all rows. `alone`: the same pass, as far as it is computed here. */
export function joined(model: ModularModel, pieces: Piece[], alone: Pass | null = null): Pass {
  const { n, heads, width } = model;
  const all = (of: (piece: Piece) => Float32Array, columns: number): Float32Array => {
    if (pieces.length === 1) return of(pieces[0]!);
    const rows = new Float32Array(n * n * columns);
    for (const piece of pieces) rows.set(of(piece), piece.rows.from * n * columns);
    return rows;
  };
  const logits = all((piece) => piece.logits, n);
  if (alone !== null) return lazily({ pattern: () => alone.pattern, neurons: () => alone.neurons, logits: () => logits });
  return { pattern: all((piece) => piece.pattern!, heads * 3), neurons: { n, width, values: all((piece) => piece.neurons!, width) }, logits };
}
