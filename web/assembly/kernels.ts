// The dense products of the engine, on 4 floats at a time. All matrices are row-major float32 in the shared memory;
// addresses are in bytes, and widths must be multiples of 4 (the caller pads with zeros).

/** c[m, n] += a[m, k] b[k, n]; rows of `a` that are zero at an entry (a ReLU gives half of them) skip it. */
export function multiplyAdd(a: usize, b: usize, c: usize, m: i32, k: i32, n: i32): void {
  const width: usize = (<usize>n) << 2;
  for (let i = 0; i < m; i++) {
    const row = c + <usize>i * width;
    for (let j = 0; j < k; j++) {
      const value = load<f32>(a + ((<usize>(i * k + j)) << 2));
      if (value == 0) continue;
      const scale = f32x4.splat(value);
      const other = b + <usize>j * width;
      for (let at: usize = 0; at < width; at += 16) {
        v128.store(row + at, f32x4.add(v128.load(row + at), f32x4.mul(scale, v128.load(other + at))));
      }
    }
  }
}
