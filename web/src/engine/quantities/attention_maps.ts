/**
 * The attention of `=` over all pairs, and the frequency of each head.
 * Python: `latebloom.circuits.modular.heads.attention_heads`, `latebloom.figures.attention_map`.
 */
import { basisRows, transform1d } from "../basis";
import { grid } from "../grid";
import { registerQuantity, type Checkpoint } from "../quantity";

/** Attention with a standard deviation below this counts as constant; as `CONSTANT_SPREAD` in Python. */
const CONSTANT_SPREAD = 1e-6;

export interface Head {
  /** The k whose waves cos wx − cos wy, sin wx − sin wy explain most of the attention to x; null where it is constant. */
  frequency: number | null;
  /** The share of the variance that they explain. */
  fve: number | null;
  /** Mean attention of `=` to itself. */
  toItself: number;
}

export interface AttentionMaps {
  n: number;
  heads: Head[];
  /** Attention (0 … 1) by head and position (to x, to y, to `=`): n × n maps, x·n + y. */
  maps: Float32Array[][];
}

declare module "../quantity" {
  interface Quantities {
    /** Null for a model without attention. */
    "attention-maps": { args: Record<string, never>; result: AttentionMaps | null };
  }
}

function attentionMaps(at: Checkpoint): AttentionMaps | null {
  const { n, heads, pattern } = grid(at);
  if (pattern === null) return null;
  const map = (head: number, position: number) => {
    const values = new Float32Array(n * n);
    for (let pair = 0; pair < n * n; pair++) values[pair] = pattern[(pair * heads + head) * 3 + position]!;
    return values;
  };
  const maps = Array.from({ length: heads }, (_, head) => [0, 1, 2].map((position) => map(head, position)));
  return { n, heads: maps.map(([toX, , toItself]) => ({ ...bestFrequency(toX!, n), toItself: mean(toItself!) })), maps };
}

/** The best k by the energy of the map along (cos wx − cos wy)/√2 and (sin wx − sin wy)/√2. */
function bestFrequency(map: Float32Array, n: number): { frequency: number | null; fve: number | null } {
  const middle = mean(map);
  const energy = map.reduce((sum, value) => sum + (value - middle) ** 2, 0);
  if (energy < n * n * CONSTANT_SPREAD ** 2) return { frequency: null, fve: null };
  const overX = new Float64Array(n);
  const overY = new Float64Array(n);
  for (let x = 0; x < n; x++)
    for (let y = 0; y < n; y++) {
      overX[x]! += map[x * n + y]! / Math.sqrt(n);
      overY[y]! += map[x * n + y]! / Math.sqrt(n);
    }
  const inX = transform1d(overX, n);
  const inY = transform1d(overY, n);
  const share = (k: number) => basisRows(k, n).reduce((sum, row) => sum + (inX[row]! - inY[row]!) ** 2 / 2, 0) / energy;
  let best = 1;
  for (let k = 2; 2 * k <= n; k++) if (share(k) > share(best)) best = k;
  return { frequency: best, fve: share(best) };
}

function mean(values: Float32Array): number {
  return values.reduce((sum, value) => sum + value, 0) / values.length;
}

registerQuantity("attention-maps", attentionMaps);
