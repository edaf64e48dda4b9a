/** Random draws that a seed determines. */

/** Uniform numbers in [0, 1): mulberry32. */
export function uniform(seed: number): () => number {
  let state = seed | 0;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}

/** `count` of the values, ascending; null where there are fewer. */
export function choose(values: number[], count: number, seed: number): number[] | null {
  if (values.length < count) return null;
  const next = uniform(seed);
  const left = values.slice();
  for (let i = 0; i < count; i++) {
    const j = i + Math.floor(next() * (left.length - i));
    [left[i], left[j]] = [left[j]!, left[i]!];
  }
  return left.slice(0, count).sort((a, b) => a - b);
}

/** A random orthogonal d × d matrix: normal numbers, each row made orthogonal to those before it. */
export function rotation(d: number, seed: number): Float32Array {
  const next = uniform(seed);
  const normal = () => Math.sqrt(-2 * Math.log(1 - next())) * Math.cos(2 * Math.PI * next());
  const rows: Float64Array[] = [];
  while (rows.length < d) {
    const row = Float64Array.from({ length: d }, normal);
    // Twice, because once leaves errors where the rows are many.
    for (let pass = 0; pass < 2; pass++) for (const other of rows) subtract(row, other, dot(row, other));
    const length = Math.sqrt(dot(row, row));
    rows.push(row.map((value) => value / length));
  }
  const all = new Float32Array(d * d);
  rows.forEach((row, i) => all.set(row, i * d));
  return all;
}

function dot(a: Float64Array, b: Float64Array): number {
  let total = 0;
  for (let i = 0; i < a.length; i++) total += a[i]! * b[i]!;
  return total;
}

function subtract(from: Float64Array, other: Float64Array, scale: number): void {
  for (let i = 0; i < from.length; i++) from[i]! -= scale * other[i]!;
}
