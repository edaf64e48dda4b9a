/**
 * Logits along the waves cos w(x + s·y), sin w(x + s·y). Python: `latebloom.circuits.modular.projections`.
 *
 * A wave has one value for all pairs with the same x + s·y mod n, so the projections are those of an n × n table: the
 * mean of the logits over these pairs.
 */
import { cosine, sine } from "./fourier";
import { multiply } from "./products";

/** n × n: the mean logits of the pairs with x + s·y mod n = t, for each t. */
export function meansByTurn(logits: Float32Array, n: number, sign: number): Float32Array {
  const sums = new Float64Array(n * n);
  for (let x = 0; x < n; x++)
    for (let y = 0; y < n; y++) {
      const to = turnOf(x, y, n, sign) * n;
      const from = (x * n + y) * n;
      for (let z = 0; z < n; z++) sums[to + z]! += logits[from + z]!;
    }
  return Float32Array.from(sums, (sum) => sum / n);
}

/** n × n: Σ_k P_k L of some frequencies, for each x + s·y mod n. */
export function alongWaves(means: Float32Array, n: number, frequencies: number[]): Float32Array {
  const waves = frequencies.flatMap((k) => (2 * k === n ? [cosine(k, n)] : [cosine(k, n), sine(k, n)]));
  const rows = new Float32Array(waves.length * n);
  const columns = new Float32Array(waves.length * n);
  waves.forEach((wave, i) => {
    rows.set(wave, i * n);
    for (let t = 0; t < n; t++) columns[t * waves.length + i] = wave[t]!;
  });
  const coefficients = multiply(rows, means, { rows: waves.length, inner: n, columns: n });
  return multiply(columns, coefficients, { rows: n, inner: waves.length, columns: n });
}

/** L − Σ_k P_k L: the logits of excluded loss. */
export function withoutWaves(logits: Float32Array, n: number, sign: number, frequencies: number[]): Float32Array {
  const along = alongWaves(meansByTurn(logits, n, sign), n, frequencies);
  return logits.map((value, i) => value - along[turnOfEntry(i, n, sign) * n + (i % n)]!);
}

/** Σ_k P_k L + the mean over the pairs: the logits of restricted loss. */
export function onlyWaves(logits: Float32Array, n: number, sign: number, frequencies: number[]): Float32Array {
  const means = meansByTurn(logits, n, sign);
  const along = alongWaves(means, n, frequencies);
  const mean = new Float64Array(n);
  means.forEach((value, i) => (mean[i % n]! += value / n));
  return logits.map((_, i) => along[turnOfEntry(i, n, sign) * n + (i % n)]! + mean[i % n]!);
}

function turnOf(x: number, y: number, n: number, sign: number): number {
  return (x + sign * y + n) % n;
}

/** x + s·y mod n of entry (x·n + y)·n + z of the logits. */
function turnOfEntry(i: number, n: number, sign: number): number {
  const pair = Math.floor(i / n);
  return turnOf(Math.floor(pair / n), pair % n, n, sign);
}
