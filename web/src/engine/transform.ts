/** Fourier transforms by the kernels, in float32. The waves and their order are those of `basis.ts`. */
import { cosine, sine } from "./fourier";
import { multiply } from "./products";

/**
 * Coefficients of the rows (n × columns) on each wave: the basis times the rows, in half the operations. A cosine is the
 * same at x and at n − x, so it needs only the sum of these two rows; a sine changes its sign, so it needs the difference.
 */
export function transformRows(rows: Float32Array, n: number, columns: number): Float32Array {
  const { cosines, sines } = halves(n);
  const [even, odd] = folded(rows, n, columns);
  const [inEven, inOdd] = [(n >> 1) + 1, (n - 1) >> 1];
  const onCosines = multiply(cosines, even, { rows: inEven, inner: inEven, columns });
  const onSines = multiply(sines, odd, { rows: inOdd, inner: inOdd, columns });
  const waves = new Float32Array(n * columns);
  for (let k = 0; k < inEven; k++) waves.set(onCosines.subarray(k * columns, (k + 1) * columns), Math.max(0, 2 * k - 1) * columns);
  for (let k = 1; k <= inOdd; k++) waves.set(onSines.subarray((k - 1) * columns, k * columns), 2 * k * columns);
  return waves;
}

/** Coefficients of n × n values on the products of two waves (wave in x, wave in y), n × n. */
export function transform2d(values: Float32Array, n: number): Float32Array {
  const alongX = transposed(transformRows(values, n, n), n);
  return transposed(transformRows(alongX, n, n), n);
}

/** Rows x and n − x, added up for x = 0 … n/2, and subtracted for 0 < x < n/2. */
function folded(rows: Float32Array, n: number, columns: number): [Float32Array, Float32Array] {
  const even = rows.slice(0, ((n >> 1) + 1) * columns);
  const odd = rows.slice(columns, (((n - 1) >> 1) + 1) * columns);
  for (let x = 1; 2 * x < n; x++)
    for (let i = 0; i < columns; i++) {
      const mirrored = rows[(n - x) * columns + i]!;
      even[x * columns + i]! += mirrored;
      odd[(x - 1) * columns + i]! -= mirrored;
    }
  return [even, odd];
}

/** Waves by frequency, at 0 … n/2 for the cosines and at 1 … (n − 1)/2 for the sines. */
interface Halves {
  cosines: Float32Array;
  sines: Float32Array;
}

const known = new Map<number, Halves>();

function halves(n: number): Halves {
  const made = known.get(n) ?? {
    cosines: Float32Array.from(Array.from({ length: (n >> 1) + 1 }, (_, k) => [...cosine(k, n).subarray(0, (n >> 1) + 1)]).flat()),
    sines: Float32Array.from(Array.from({ length: (n - 1) >> 1 }, (_, k) => [...sine(k + 1, n).subarray(1, ((n - 1) >> 1) + 1)]).flat()),
  };
  known.set(n, made);
  return made;
}

function transposed(square: Float32Array, n: number): Float32Array {
  const turned = new Float32Array(n * n);
  for (let i = 0; i < n; i++) for (let j = 0; j < n; j++) turned[j * n + i] = square[i * n + j]!;
  return turned;
}
