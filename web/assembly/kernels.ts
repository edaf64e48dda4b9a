// The inner loops of the engine, on 4 floats at a time. All arrays are float32 in the imported memory; addresses and
// sizes are in bytes where the name says so.

/** Columns of a panel: 8 vectors of 4, which fit into registers beside the factors. */
const PANEL: usize = 32 << 2;

/**
 * c[rows, panels · 32] += a[rows, inner] b, where b is stored panel by panel (inner × 32 each). Zeros of a (a ReLU gives
 * half of them) cost nothing: each row is first compressed to a list of its other entries. `list`: 8 · inner bytes.
 */
export function multiplyAdd(a: usize, b: usize, c: usize, rows: i32, inner: i32, panels: i32, list: usize): void {
  const panelBytes = <usize>inner * PANEL;
  for (let i = 0; i < rows; i++) {
    const end = compress(a, inner, list);
    for (let q = 0; q < panels; q++) {
      addRows(list, end, b + <usize>q * panelBytes, c);
      c += PANEL;
    }
    a += <usize>inner << 2;
  }
}

/** List the entries of a row that are not zero: the value, and the offset of its row in a panel. Returns the list's end. */
function compress(row: usize, inner: i32, list: usize): usize {
  let offset: u32 = 0;
  for (let j = 0; j < inner; j++) {
    const value = load<f32>(row);
    store<f32>(list, value);
    store<u32>(list, offset, 4);
    list += <usize>(value != 0) << 3;
    row += 4;
    offset += <u32>PANEL;
  }
  return list;
}

/** to[32] += Σ over the list of value · row. */
function addRows(list: usize, end: usize, panel: usize, to: usize): void {
  let s0 = v128.load(to, 0);
  let s1 = v128.load(to, 16);
  let s2 = v128.load(to, 32);
  let s3 = v128.load(to, 48);
  let s4 = v128.load(to, 64);
  let s5 = v128.load(to, 80);
  let s6 = v128.load(to, 96);
  let s7 = v128.load(to, 112);
  for (; list < end; list += 8) {
    const scale = v128.load_splat<f32>(list);
    const row = panel + <usize>load<u32>(list, 4);
    s0 = plus(s0, scale, v128.load(row, 0));
    s1 = plus(s1, scale, v128.load(row, 16));
    s2 = plus(s2, scale, v128.load(row, 32));
    s3 = plus(s3, scale, v128.load(row, 48));
    s4 = plus(s4, scale, v128.load(row, 64));
    s5 = plus(s5, scale, v128.load(row, 80));
    s6 = plus(s6, scale, v128.load(row, 96));
    s7 = plus(s7, scale, v128.load(row, 112));
  }
  v128.store(to, s0, 0);
  v128.store(to, s1, 16);
  v128.store(to, s2, 32);
  v128.store(to, s3, 48);
  v128.store(to, s4, 64);
  v128.store(to, s5, 80);
  v128.store(to, s6, 96);
  v128.store(to, s7, 112);
}

/**
 * Rows of all y beside one x: out[y] = max(floor, constant + Σ_h shares[y, h, 0] x[h] + shares[y, h, 1] y[y, h]), each of
 * `width` bytes, a multiple of a panel's. NaN stays NaN.
 */
export function mix(shares: usize, x: usize, y: usize, constant: usize, out: usize, rows: i32, heads: i32, width: usize, floor: f32): void {
  for (let i = 0; i < rows; i++) {
    for (let at: usize = 0; at < width; at += PANEL) mixPanel(shares, x + at, y + at, constant + at, out + at, heads, width, floor);
    y += <usize>heads * width;
    shares += <usize>heads << 3;
    out += width;
  }
}

/** One panel of one row of `mix`: a share is read once for all its columns. */
function mixPanel(shares: usize, x: usize, y: usize, constant: usize, out: usize, heads: i32, width: usize, floor: f32): void {
  let s0 = v128.load(constant, 0);
  let s1 = v128.load(constant, 16);
  let s2 = v128.load(constant, 32);
  let s3 = v128.load(constant, 48);
  let s4 = v128.load(constant, 64);
  let s5 = v128.load(constant, 80);
  let s6 = v128.load(constant, 96);
  let s7 = v128.load(constant, 112);
  for (let h = 0; h < heads; h++) {
    const a = v128.load_splat<f32>(shares, 0);
    const b = v128.load_splat<f32>(shares, 4);
    s0 = plus(plus(s0, a, v128.load(x, 0)), b, v128.load(y, 0));
    s1 = plus(plus(s1, a, v128.load(x, 16)), b, v128.load(y, 16));
    s2 = plus(plus(s2, a, v128.load(x, 32)), b, v128.load(y, 32));
    s3 = plus(plus(s3, a, v128.load(x, 48)), b, v128.load(y, 48));
    s4 = plus(plus(s4, a, v128.load(x, 64)), b, v128.load(y, 64));
    s5 = plus(plus(s5, a, v128.load(x, 80)), b, v128.load(y, 80));
    s6 = plus(plus(s6, a, v128.load(x, 96)), b, v128.load(y, 96));
    s7 = plus(plus(s7, a, v128.load(x, 112)), b, v128.load(y, 112));
    x += width;
    y += width;
    shares += 8;
  }
  const least = f32x4.splat(floor);
  v128.store(out, f32x4.pmax(s0, least), 0);
  v128.store(out, f32x4.pmax(s1, least), 16);
  v128.store(out, f32x4.pmax(s2, least), 32);
  v128.store(out, f32x4.pmax(s3, least), 48);
  v128.store(out, f32x4.pmax(s4, least), 64);
  v128.store(out, f32x4.pmax(s5, least), 80);
  v128.store(out, f32x4.pmax(s6, least), 96);
  v128.store(out, f32x4.pmax(s7, least), 112);
}

// @ts-ignore: decorator
@inline
function plus(sum: v128, a: v128, b: v128): v128 {
  return f32x4.add(sum, f32x4.mul(a, b));
}

/**
 * The rows of all y beside one x (n × width bytes), added up by x, by y, by x + y and by x − y mod n: `byX` is one row,
 * the others are n.
 */
export function addMarginals(block: usize, x: i32, n: i32, width: usize, byX: usize, byY: usize, bySum: usize, byDifference: usize): void {
  for (let y = 0; y < n; y++) {
    const sum = bySum + <usize>((x + y) % n) * width;
    const difference = byDifference + <usize>((x - y + n) % n) * width;
    for (let at: usize = 0; at < width; at += 16) {
      const row = v128.load(block + at);
      v128.store(byX + at, f32x4.add(v128.load(byX + at), row));
      v128.store(byY + at, f32x4.add(v128.load(byY + at), row));
      v128.store(sum + at, f32x4.add(v128.load(sum + at), row));
      v128.store(difference + at, f32x4.add(v128.load(difference + at), row));
    }
    block += width;
    byY += width;
  }
}

/** to += Σ over the rows of (row − mean)²; rows, `mean` and `to` of `width` bytes. */
export function addSquares(block: usize, rows: i32, width: usize, mean: usize, to: usize): void {
  for (let i = 0; i < rows; i++) {
    for (let at: usize = 0; at < width; at += 16) {
      const off = f32x4.sub(v128.load(block + at), v128.load(mean + at));
      v128.store(to + at, f32x4.add(v128.load(to + at), f32x4.mul(off, off)));
    }
    block += width;
  }
}

/** Rows of all y beside one x, of `width` floats, less the row x + s·y mod n of a table. */
export function subtractByTurn(block: usize, x: i32, n: i32, sign: i32, width: i32, table: usize): void {
  const vectors = width & ~3;
  for (let y = 0; y < n; y++) {
    const row = table + (<usize>(((x + sign * y + n) % n) * width) << 2);
    for (let z = 0; z < vectors; z += 4) {
      const at = <usize>z << 2;
      v128.store(block + at, f32x4.sub(v128.load(block + at), v128.load(row + at)));
    }
    for (let z = vectors; z < width; z++) {
      const at = <usize>z << 2;
      store<f32>(block + at, load<f32>(block + at) - load<f32>(row + at));
    }
    block += <usize>width << 2;
  }
}

/**
 * Of each row of logits: the largest beside that of the label (int32), and Σ exp(logit − top) over all but the label, where
 * top is the largest of the row. Without the label the sum keeps its digits where the label's share is nearly 1.
 */
export function besideLabel(block: usize, rows: i32, width: i32, labels: usize, largest: usize, sums: usize): void {
  const vectors = width & ~3;
  for (let i = 0; i < rows; i++) {
    const place = block + (<usize>load<i32>(labels) << 2);
    const own = load<f32>(place);
    store<f32>(place, -Infinity);
    let most = f32x4.splat(-Infinity);
    for (let z = 0; z < vectors; z += 4) most = f32x4.max(most, v128.load(block + (<usize>z << 2)));
    let other = max(max(f32x4.extract_lane(most, 0), f32x4.extract_lane(most, 1)), max(f32x4.extract_lane(most, 2), f32x4.extract_lane(most, 3)));
    for (let z = vectors; z < width; z++) other = max(other, load<f32>(block + (<usize>z << 2)));
    const top = f32x4.splat(max(own, other));
    let sum = f32x4.splat(0);
    for (let z = 0; z < vectors; z += 4) sum = f32x4.add(sum, exponential(f32x4.sub(v128.load(block + (<usize>z << 2)), top)));
    let total = f32x4.extract_lane(sum, 0) + f32x4.extract_lane(sum, 1) + f32x4.extract_lane(sum, 2) + f32x4.extract_lane(sum, 3);
    for (let z = vectors; z < width; z++)
      total += f32x4.extract_lane(exponential(f32x4.sub(v128.load_splat<f32>(block + (<usize>z << 2)), top)), 0);
    store<f32>(place, own);
    store<f32>(largest, other);
    store<f32>(sums, total);
    labels += 4;
    largest += 4;
    sums += 4;
    block += <usize>width << 2;
  }
}

/** exp of four numbers that are not positive, to a few units in the last place; under -87, exp(-87). NaN stays NaN. */
function exponential(x: v128): v128 {
  const kept = f32x4.max(x, f32x4.splat(-87));
  const whole = f32x4.nearest(f32x4.mul(kept, f32x4.splat(1.4426950408889634)));
  // ln 2 in two parts, so that the rest is exact.
  const rest = f32x4.sub(f32x4.sub(kept, f32x4.mul(whole, f32x4.splat(0.693359375))), f32x4.mul(whole, f32x4.splat(-2.12194440e-4)));
  let series = f32x4.splat(1.9875691500e-4);
  series = f32x4.add(f32x4.mul(series, rest), f32x4.splat(1.3981999507e-3));
  series = f32x4.add(f32x4.mul(series, rest), f32x4.splat(8.3334519073e-3));
  series = f32x4.add(f32x4.mul(series, rest), f32x4.splat(4.1665795894e-2));
  series = f32x4.add(f32x4.mul(series, rest), f32x4.splat(1.6666665459e-1));
  series = f32x4.add(f32x4.mul(series, rest), f32x4.splat(5.0000001201e-1));
  const value = f32x4.add(f32x4.add(f32x4.mul(f32x4.mul(series, rest), rest), rest), f32x4.splat(1));
  const power = i32x4.shl(i32x4.add(i32x4.trunc_sat_f32x4_s(whole), i32x4.splat(127)), 23);
  return f32x4.mul(value, power);
}
