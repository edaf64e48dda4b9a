/** Parts of a model's last layer that are switched off. Python: `latebloom.circuits.modular.skip_ablations`. */
import { multiply } from "./products";
import { rotation } from "./random";

/** Heads whose output is zeroed, and the residual connections that are. */
export interface Parts {
  heads: number[];
  skipAttention: boolean;
  skipMlp: boolean;
  /**
   * Null: what is removed is missing. A seed: the same vectors are subtracted after one random rotation, so that the
   * change has the same norm for each pair, in a random direction.
   */
  turned: number | null;
}

export const WHOLE: Parts = { heads: [], skipAttention: false, skipMlp: false, turned: null };

/** What a quantity of the model as it is reads, in `registerQuantity`. */
export const wholePass = (): Parts[] => [WHOLE];

export function isWhole({ heads, skipAttention, skipMlp }: Parts): boolean {
  return heads.length === 0 && !skipAttention && !skipMlp;
}

/** Rotations (d × d) of what is removed, one for each connection at which a change is made; null: nothing replaces it. */
export interface Turns {
  beforeMlp: Float32Array | null;
  aroundMlp: Float32Array | null;
}

export function turns({ turned }: Parts, d: number): Turns {
  if (turned === null) return { beforeMlp: null, aroundMlp: null };
  if (last?.seed !== turned || last.d !== d) last = { seed: turned, d, turns: { beforeMlp: rotation(d, turned), aroundMlp: rotation(d, turned + 1) } };
  return last.turns;
}

/** The rotations that were made last: they take longer than most of what is done with them. */
let last: { seed: number; d: number; turns: Turns } | null = null;

/** A map of removed vectors, d × columns: zeros, or map − Q map after a rotation Q. */
export function leftOfMap(map: Float32Array, rotated: Float32Array | null, d: number): Float32Array {
  return less(map, rotated && multiply(rotated, map, { rows: d, inner: d, columns: map.length / d }));
}

/** What is left of removed vectors, rows × d: zeros, or rows − rows Q. */
export function leftOfRows(rows: Float32Array, rotated: Float32Array | null, d: number): Float32Array {
  return less(rows, rotated && multiply(rows, rotated, { rows: rows.length / d, inner: d, columns: d }));
}

function less(whole: Float32Array, subtracted: Float32Array | null): Float32Array {
  return subtracted === null ? new Float32Array(whole.length) : whole.map((value, i) => value - subtracted[i]!);
}
