// The kernels of training in the page, on 4 floats at a time. All arrays are float32 in the shared memory unless said,
// addresses are in bytes, strides in floats. Widths are multiples of 4: the caller pads answers with zeros.

/** Entries of the logits' gradient and of Adam's moments up to this become zero: processors multiply subnormal numbers
 * many times slower. No weight changes by it. Python: `latebloom.models.loss.TINY_GRADIENT`. */
const TINY: f32 = 1e-30;

/**
 * c[m, n] = a[m, k] b[k, n], or c += a b where `more` is not 0. `aRow` and `aColumn` are the distances between rows and
 * columns of a, so a transposed a is the same matrix with the two exchanged.
 */
export function multiply(a: usize, aRow: i32, aColumn: i32, b: usize, bRow: i32, c: usize, cRow: i32, m: i32, k: i32, n: i32, more: i32): void {
  const aStep = (<usize>aColumn) << 2;
  const aNext = (<usize>aRow) << 2;
  const bStep = (<usize>bRow) << 2;
  const cNext = (<usize>cRow) << 2;
  let i = 0;
  for (; i + 4 <= m; i += 4) {
    const left = a + <usize>i * aNext;
    const out = c + <usize>i * cNext;
    let j = 0;
    for (; j + 8 <= n; j += 8) tile4x8(left, aNext, aStep, b + ((<usize>j) << 2), bStep, out + ((<usize>j) << 2), cNext, k, more);
    for (; j < n; j += 4) {
      for (let r: usize = 0; r < 4; r++) tile1x4(left + r * aNext, aStep, b + ((<usize>j) << 2), bStep, out + r * cNext + ((<usize>j) << 2), k, more);
    }
  }
  for (; i < m; i++) {
    for (let j = 0; j < n; j += 4) tile1x4(a + <usize>i * aNext, aStep, b + ((<usize>j) << 2), bStep, c + <usize>i * cNext + ((<usize>j) << 2), k, more);
  }
}

// @ts-ignore: a decorator of AssemblyScript
@inline
function tile4x8(a: usize, aNext: usize, aStep: usize, b: usize, bStep: usize, c: usize, cNext: usize, k: i32, more: i32): void {
  const c1 = c + cNext;
  const c2 = c1 + cNext;
  const c3 = c2 + cNext;
  let p0 = f32x4.splat(0), q0 = p0, p1 = p0, q1 = p0, p2 = p0, q2 = p0, p3 = p0, q3 = p0;
  if (more) {
    p0 = v128.load(c); q0 = v128.load(c, 16);
    p1 = v128.load(c1); q1 = v128.load(c1, 16);
    p2 = v128.load(c2); q2 = v128.load(c2, 16);
    p3 = v128.load(c3); q3 = v128.load(c3, 16);
  }
  let a1 = a + aNext;
  let a2 = a1 + aNext;
  let a3 = a2 + aNext;
  for (let step = 0; step < k; step++) {
    const low = v128.load(b);
    const high = v128.load(b, 16);
    let scale = v128.load32_splat(a);
    p0 = f32x4.add(p0, f32x4.mul(scale, low));
    q0 = f32x4.add(q0, f32x4.mul(scale, high));
    scale = v128.load32_splat(a1);
    p1 = f32x4.add(p1, f32x4.mul(scale, low));
    q1 = f32x4.add(q1, f32x4.mul(scale, high));
    scale = v128.load32_splat(a2);
    p2 = f32x4.add(p2, f32x4.mul(scale, low));
    q2 = f32x4.add(q2, f32x4.mul(scale, high));
    scale = v128.load32_splat(a3);
    p3 = f32x4.add(p3, f32x4.mul(scale, low));
    q3 = f32x4.add(q3, f32x4.mul(scale, high));
    a += aStep; a1 += aStep; a2 += aStep; a3 += aStep; b += bStep;
  }
  v128.store(c, p0); v128.store(c, q0, 16);
  v128.store(c1, p1); v128.store(c1, q1, 16);
  v128.store(c2, p2); v128.store(c2, q2, 16);
  v128.store(c3, p3); v128.store(c3, q3, 16);
}

// @ts-ignore: a decorator of AssemblyScript
@inline
function tile1x4(a: usize, aStep: usize, b: usize, bStep: usize, c: usize, k: i32, more: i32): void {
  let sum = more ? v128.load(c) : f32x4.splat(0);
  for (let step = 0; step < k; step++) {
    sum = f32x4.add(sum, f32x4.mul(v128.load32_splat(a), v128.load(b)));
    a += aStep;
    b += bStep;
  }
  v128.store(c, sum);
}

/** to[n, m] = from[m, n] transposed. */
export function transpose(from: usize, fromRow: i32, to: usize, toRow: i32, m: i32, n: i32): void {
  for (let i = 0; i < m; i++) {
    for (let j = 0; j < n; j++) store<f32>(to + ((<usize>(j * toRow + i)) << 2), load<f32>(from + ((<usize>(i * fromRow + j)) << 2)));
  }
}

/** to += from, `width` numbers. */
export function add(from: usize, to: usize, width: i32): void {
  for (let at: usize = 0, end = (<usize>width) << 2; at < end; at += 16) v128.store(to + at, f32x4.add(v128.load(to + at), v128.load(from + at)));
}

/** The hidden layer of the MLP on pairs: out[e] = ReLU(table[x[e]] + table[y[e]] + bias). x and y: int32. */
export function pairsForward(table: usize, bias: usize, x: usize, y: usize, out: usize, count: i32, width: i32): void {
  const row = (<usize>width) << 2;
  const zero = f32x4.splat(0);
  for (let e = 0; e < count; e++) {
    const left = table + <usize>load<i32>(x + ((<usize>e) << 2)) * row;
    const right = table + <usize>load<i32>(y + ((<usize>e) << 2)) * row;
    for (let at: usize = 0; at < row; at += 16) {
      const sum = f32x4.add(f32x4.add(v128.load(left + at), v128.load(right + at)), v128.load(bias + at));
      v128.store(out + at, f32x4.max(sum, zero));
    }
    out += row;
  }
}

/** Adds the gradient of the hidden layer to those of table and bias; `slopes` are masked by the ReLU in place. */
export function pairsBackward(slopes: usize, active: usize, x: usize, y: usize, table: usize, bias: usize, count: i32, width: i32): void {
  const row = (<usize>width) << 2;
  for (let e = 0; e < count; e++) {
    const left = table + <usize>load<i32>(x + ((<usize>e) << 2)) * row;
    const right = table + <usize>load<i32>(y + ((<usize>e) << 2)) * row;
    for (let at: usize = 0; at < row; at += 16) {
      const slope = masked(v128.load(slopes + at), v128.load(active + at));
      v128.store(left + at, f32x4.add(v128.load(left + at), slope));
      v128.store(right + at, f32x4.add(v128.load(right + at), slope));
      v128.store(bias + at, f32x4.add(v128.load(bias + at), slope));
    }
    slopes += row;
    active += row;
  }
}

// @ts-ignore: a decorator of AssemblyScript
@inline
function masked(slope: v128, active: v128): v128 {
  return v128.and(slope, f32x4.gt(active, f32x4.splat(0)));
}

/** to[e] = from[e], for each of `count` rows. */
export function copyRows(from: usize, fromRow: i32, to: usize, toRow: i32, count: i32, width: i32): void {
  for (let e = 0; e < count; e++) memory.copy(to + ((<usize>(e * toRow)) << 2), from + ((<usize>(e * fromRow)) << 2), (<usize>width) << 2);
}

/** sum += each of `count` rows. */
export function sumRows(rows: usize, rowsRow: i32, sum: usize, count: i32, width: i32): void {
  for (let e = 0; e < count; e++) add(rows + ((<usize>(e * rowsRow)) << 2), sum, width);
}

/** rows[e] += row, for each of `count` rows. */
export function addRow(row: usize, rows: usize, rowsRow: i32, count: i32, width: i32): void {
  for (let e = 0; e < count; e++) add(row, rows + ((<usize>(e * rowsRow)) << 2), width);
}

/**
 * Cross-entropy of each example, log-softmax in float64: losses (float64, nats), answers (int32, the highest logit).
 * Where `share` is positive the logits become the gradient of share · Σ loss. Labels: int32.
 */
export function crossEntropy(logits: usize, row: i32, labels: usize, losses: usize, answers: usize, count: i32, classes: i32, share: f64): void {
  for (let e = 0; e < count; e++) {
    const label = load<i32>(labels + ((<usize>e) << 2));
    let best = 0;
    let top = load<f32>(logits);
    for (let c = 1; c < classes; c++) {
      const value = load<f32>(logits + ((<usize>c) << 2));
      if (value > top) {
        top = value;
        best = c;
      }
    }
    let total: f64 = 0;
    for (let c = 0; c < classes; c++) total += Math.exp(<f64>load<f32>(logits + ((<usize>c) << 2)) - <f64>top);
    const right = <f64>load<f32>(logits + ((<usize>label) << 2)) - <f64>top;
    store<f64>(losses + ((<usize>e) << 3), Math.log(total) - right);
    store<i32>(answers + ((<usize>e) << 2), best);
    if (share > 0) toSlopes(logits, row, label, classes, top, total, share);
    logits += (<usize>row) << 2;
  }
}

function toSlopes(logits: usize, row: i32, label: i32, classes: i32, top: f32, total: f64, share: f64): void {
  for (let c = 0; c < classes; c++) {
    const at = logits + ((<usize>c) << 2);
    const chance = Math.exp(<f64>load<f32>(at) - <f64>top) / total;
    const slope = <f32>((c == label ? chance - 1 : chance) * share);
    store<f32>(at, abs(slope) > TINY ? slope : 0);
  }
  for (let c = classes; c < row; c++) store<f32>(logits + ((<usize>c) << 2), 0);
}

/**
 * Attention of the last position to three table rows, and the sum of the rows so weighted: for each example,
 * weights (head, 3) = softmax of scores[row, head]; out = base + Σ weight · mixed[row, head], ReLU on the first `neurons`.
 * rows: int32, three an example.
 */
export function attendForward(scores: usize, mixed: usize, base: usize, rows: usize, weights: usize, out: usize, count: i32, heads: i32, width: i32, neurons: i32): void {
  const row = (<usize>width) << 2;
  for (let e = 0; e < count; e++) {
    softmax3(scores, rows, weights, heads);
    memory.copy(out, base, row);
    for (let h = 0; h < heads; h++) addThree(mixed, rows, weights + 12 * <usize>h, heads, h, out, row);
    for (let at: usize = 0, end = (<usize>neurons) << 2; at < end; at += 16) v128.store(out + at, f32x4.max(v128.load(out + at), f32x4.splat(0)));
    rows += 12;
    weights += (<usize>(3 * heads)) << 2;
    out += row;
  }
}

/** out += the rows of one head, weighted. */
// @ts-ignore: a decorator of AssemblyScript
@inline
function addThree(mixed: usize, rows: usize, weights: usize, heads: i32, head: i32, out: usize, row: usize): void {
  const a = placeOf(mixed, rows, heads, head, row);
  const b = placeOf(mixed, rows + 4, heads, head, row);
  const c = placeOf(mixed, rows + 8, heads, head, row);
  const x = v128.load32_splat(weights);
  const y = v128.load32_splat(weights, 4);
  const z = v128.load32_splat(weights, 8);
  for (let at: usize = 0; at < row; at += 16) {
    let sum = f32x4.add(v128.load(out + at), f32x4.mul(x, v128.load(a + at)));
    sum = f32x4.add(sum, f32x4.mul(y, v128.load(b + at)));
    v128.store(out + at, f32x4.add(sum, f32x4.mul(z, v128.load(c + at))));
  }
}

// @ts-ignore: a decorator of AssemblyScript
@inline
function placeOf(table: usize, index: usize, heads: i32, head: i32, row: usize): usize {
  return table + <usize>(load<i32>(index) * heads + head) * row;
}

function softmax3(scores: usize, rows: usize, weights: usize, heads: i32): void {
  for (let h = 0; h < heads; h++) {
    const at = (<usize>h) << 2;
    const width = (<usize>heads) << 2;
    const a = load<f32>(scores + <usize>load<i32>(rows) * width + at);
    const b = load<f32>(scores + <usize>load<i32>(rows, 4) * width + at);
    const c = load<f32>(scores + <usize>load<i32>(rows, 8) * width + at);
    const top = max(a, max(b, c));
    const x = <f32>Math.exp(<f64>(a - top));
    const y = <f32>Math.exp(<f64>(b - top));
    const z = <f32>Math.exp(<f64>(c - top));
    const total = x + y + z;
    const out = weights + 12 * <usize>h;
    store<f32>(out, x / total);
    store<f32>(out, y / total, 4);
    store<f32>(out, z / total, 8);
  }
}

/** Adds the gradients of scores, mixed rows and base; `slopes` (those of `active`) are masked by the ReLU in place. */
export function attendBackward(mixed: usize, rows: usize, weights: usize, active: usize, slopes: usize, scoresBack: usize, mixedBack: usize, baseBack: usize, count: i32, heads: i32, width: i32, neurons: i32): void {
  const row = (<usize>width) << 2;
  const edge = (<usize>neurons) << 2;
  for (let e = 0; e < count; e++) {
    for (let at: usize = 0; at < edge; at += 16) v128.store(slopes + at, masked(v128.load(slopes + at), v128.load(active + at)));
    add(slopes, baseBack, width);
    for (let h = 0; h < heads; h++) headBackward(mixed, rows, weights + 12 * <usize>h, slopes, scoresBack, mixedBack, heads, h, row);
    rows += 12;
    weights += (<usize>(3 * heads)) << 2;
    active += row;
    slopes += row;
  }
}

/** The gradient of a weight is slopes · mixed[row]; the row's own gradient gets weight · slopes; then softmax backward. */
// @ts-ignore: a decorator of AssemblyScript
@inline
function headBackward(mixed: usize, rows: usize, weights: usize, slopes: usize, scoresBack: usize, mixedBack: usize, heads: i32, head: i32, row: usize): void {
  const a = placeOf(mixed, rows, heads, head, row);
  const b = placeOf(mixed, rows + 4, heads, head, row);
  const c = placeOf(mixed, rows + 8, heads, head, row);
  const shift = mixedBack - mixed;
  const x = v128.load32_splat(weights);
  const y = v128.load32_splat(weights, 4);
  const z = v128.load32_splat(weights, 8);
  let first = f32x4.splat(0), second = first, third = first;
  for (let at: usize = 0; at < row; at += 16) {
    const slope = v128.load(slopes + at);
    first = f32x4.add(first, f32x4.mul(slope, v128.load(a + at)));
    second = f32x4.add(second, f32x4.mul(slope, v128.load(b + at)));
    third = f32x4.add(third, f32x4.mul(slope, v128.load(c + at)));
    v128.store(a + shift + at, f32x4.add(v128.load(a + shift + at), f32x4.mul(x, slope)));
    v128.store(b + shift + at, f32x4.add(v128.load(b + shift + at), f32x4.mul(y, slope)));
    v128.store(c + shift + at, f32x4.add(v128.load(c + shift + at), f32x4.mul(z, slope)));
  }
  softmaxBackward(rows, weights, sumOf(first), sumOf(second), sumOf(third), scoresBack, heads, head);
}

function softmaxBackward(rows: usize, weights: usize, first: f32, second: f32, third: f32, scoresBack: usize, heads: i32, head: i32): void {
  const x = load<f32>(weights);
  const y = load<f32>(weights, 4);
  const z = load<f32>(weights, 8);
  const mean = x * first + y * second + z * third;
  push(scoresBack, load<i32>(rows) * heads + head, x * (first - mean));
  push(scoresBack, load<i32>(rows, 4) * heads + head, y * (second - mean));
  push(scoresBack, load<i32>(rows, 8) * heads + head, z * (third - mean));
}

// @ts-ignore: a decorator of AssemblyScript
@inline
function sumOf(lanes: v128): f32 {
  return f32x4.extract_lane(lanes, 0) + f32x4.extract_lane(lanes, 1) + (f32x4.extract_lane(lanes, 2) + f32x4.extract_lane(lanes, 3));
}

function push(array: usize, place: i32, value: f32): void {
  const at = array + ((<usize>place) << 2);
  store<f32>(at, load<f32>(at) + value);
}

/**
 * One update of AdamW on a flat buffer: w ← keep · w − size · m / (√v / root + ε), after m ← β₁m + (1−β₁)g and
 * v ← β₂v + (1−β₂)g². Python: `latebloom.training.optimisers.adam.adam_kernel`, which has the bias corrections in
 * size and root.
 */
export function adam(weights: usize, slopes: usize, first: usize, second: usize, count: i32, betaFirst: f32, betaSecond: f32, keep: f32, size: f32, root: f32, epsilon: f32): void {
  const tiny = f32x4.splat(TINY);
  for (let at: usize = 0, end = (<usize>count) << 2; at < end; at += 16) {
    const slope = v128.load(slopes + at);
    let m = f32x4.add(f32x4.mul(f32x4.splat(betaFirst), v128.load(first + at)), f32x4.mul(f32x4.splat(1 - betaFirst), slope));
    let v = f32x4.add(f32x4.mul(f32x4.splat(betaSecond), v128.load(second + at)), f32x4.mul(f32x4.mul(f32x4.splat(1 - betaSecond), slope), slope));
    // "not under" keeps NaN, so that divergence is seen.
    m = v128.andnot(m, f32x4.lt(f32x4.abs(m), tiny));
    v = v128.andnot(v, f32x4.lt(v, tiny));
    v128.store(first + at, m);
    v128.store(second + at, v);
    const depth = f32x4.add(f32x4.div(f32x4.sqrt(v), f32x4.splat(root)), f32x4.splat(epsilon));
    const kept = f32x4.mul(f32x4.splat(keep), v128.load(weights + at));
    v128.store(weights + at, f32x4.sub(kept, f32x4.div(f32x4.mul(f32x4.splat(size), m), depth)));
  }
}
