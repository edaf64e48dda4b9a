/** The strength of each product (wave in x) × (wave in y) in the logits. Python: `latebloom.figures.fourier_map`. */
import { fourierBasis } from "../basis";
import { grid } from "../grid";
import { wholePass } from "../parts";
import { multiply } from "../products";
import { registerQuantity, type Checkpoint } from "../quantity";
import { transformRows } from "../transform";

export interface LogitsFourier {
  n: number;
  /** The waves in question, as rows of the basis. */
  rows: number[];
  /** rows × rows, wave in x · rows + wave in y: norm over all answers of the term's coefficients. */
  norms: Float64Array;
  /** Energy of all terms but the constant, and of those that are waves of one operand alone. */
  energy: number;
  linear: number;
}

declare module "../quantity" {
  interface Quantities {
    /** `rows`: which waves; all where it is missing. A few take a tenth of the time. */
    "logits-fourier": { args: { rows?: number[] }; result: LogitsFourier };
  }
}

function logitsFourier(at: Checkpoint, { rows: wanted }: { rows?: number[] }): LogitsFourier {
  const { n, logits } = grid(at);
  const rows = wanted ?? Array.from({ length: n }, (_, row) => row);
  const block = n * n;
  const count = rows.length;
  // (wave in x, y, z): the answers to one x lie together.
  const alongX = onWaves(logits, rows, n, block);
  const norms = new Float64Array(count * count);
  for (let f = 0; f < count; f++) {
    const both = onWaves(alongX.subarray(f * block, (f + 1) * block), rows, n, n);
    for (let g = 0; g < count; g++) norms[f * count + g] = Math.sqrt(energyOf(both, g * n, n));
  }
  return { n, rows, norms, ...(wanted === undefined ? energiesOfTerms(norms, n) : energies(logits, n)) };
}

/** Coefficients of n rows on some waves. */
function onWaves(values: Float32Array, waves: number[], n: number, columns: number): Float32Array {
  if (waves.length === n) return transformRows(values, n, columns);
  const basis = fourierBasis(n);
  const chosen = Float32Array.from(waves.flatMap((wave) => [...basis.subarray(wave * n, (wave + 1) * n)]));
  return multiply(chosen, values, { rows: waves.length, inner: n, columns });
}

/** The same as `energies`, of all terms. */
function energiesOfTerms(norms: Float64Array, n: number): { energy: number; linear: number } {
  let [energy, linear] = [0, 0];
  for (let term = 1; term < n * n; term++) {
    const own = norms[term]! ** 2;
    energy += own;
    if (term < n || term % n === 0) linear += own;
  }
  return { energy, linear };
}

/** By Parseval: of all terms but the constant, and of the means over one operand, the constant apart. */
function energies(logits: Float32Array, n: number): { energy: number; linear: number } {
  const block = n * n;
  const byX = new Float64Array(block);
  const byY = new Float64Array(block);
  const whole = new Float64Array(n);
  for (let x = 0; x < n; x++)
    for (let y = 0; y < n; y++)
      for (let z = 0; z < n; z++) {
        const value = logits[x * block + y * n + z]!;
        byX[x * n + z]! += value / n;
        byY[y * n + z]! += value / n;
        whole[z]! += value / block;
      }
  // Around the mean, so that a large constant costs no digits.
  return { energy: around(logits, whole), linear: n * (around(byX, whole) + around(byY, whole)) };
}

/** The energy of rows around a row. */
function around(rows: Float32Array | Float64Array, middle: Float64Array): number {
  let energy = 0;
  for (let from = 0; from < rows.length; from += middle.length) for (let z = 0; z < middle.length; z++) energy += (rows[from + z]! - middle[z]!) ** 2;
  return energy;
}

function energyOf(values: Float32Array, from: number, count: number): number {
  let energy = 0;
  for (let i = from; i < from + count; i++) energy += values[i]! ** 2;
  return energy;
}

registerQuantity("logits-fourier", logitsFourier, wholePass);
