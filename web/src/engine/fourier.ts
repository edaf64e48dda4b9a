/** Unit-norm waves over Z_p, the basis of `latebloom.fourier`: constant, then cos k and sin k for k = 1 … p // 2. */

export function cosine(k: number, p: number): Float64Array {
  const scale = k === 0 || 2 * k === p ? Math.sqrt(1 / p) : Math.sqrt(2 / p);
  return Float64Array.from({ length: p }, (_, x) => scale * Math.cos((2 * Math.PI * ((k * x) % p)) / p));
}

export function sine(k: number, p: number): Float64Array {
  return Float64Array.from({ length: p }, (_, x) => Math.sqrt(2 / p) * Math.sin((2 * Math.PI * ((k * x) % p)) / p));
}
