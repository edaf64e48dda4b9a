/** Products of row-major float32 matrices: a (rows × inner) times b (inner × columns). */

export interface Sizes {
  rows: number;
  inner: number;
  columns: number;
}

/** into += a b. `into` (rows × columns) is made of zeros where it is not given. */
export function multiply(a: Float32Array, b: Float32Array, sizes: Sizes, into?: Float32Array): Float32Array {
  const { rows, inner, columns } = sizes;
  const product = into ?? new Float32Array(rows * columns);
  for (let i = 0; i < rows; i++) {
    const row = product.subarray(i * columns, (i + 1) * columns);
    for (let j = 0; j < inner; j++) {
      const scale = a[i * inner + j]!;
      if (scale !== 0) for (let k = 0, at = j * columns; k < columns; k++) row[k]! += scale * b[at + k]!;
    }
  }
  return product;
}

/** The sum of vectors of one length. */
export function sum(...vectors: Float32Array[]): Float32Array {
  const total = new Float32Array(vectors[0]!.length);
  for (const vector of vectors) for (let i = 0; i < total.length; i++) total[i]! += vector[i]!;
  return total;
}
