/** The shuffle of `numpy.random.default_rng(seed).permutation(n)`: SeedSequence, PCG64 and bounded integers by rejection. */

const WORD = 0xffffffffn;
const LONG = (1n << 64n) - 1n;
const WIDE = (1n << 128n) - 1n;
const MULTIPLIER = (2549297995355413924n << 64n) + 4865540595714422341n;

/** 0 … n−1 in random order. `seed`: 0 to 2³² − 1. */
export function permutation(seed: number, n: number): Int32Array {
  const order = Int32Array.from({ length: n }, (_, i) => i);
  const random = new Pcg64(seed);
  for (let i = n - 1; i > 0; i--) {
    const j = random.upTo(i);
    [order[i], order[j]] = [order[j]!, order[i]!];
  }
  return order;
}

/** PCG XSL RR 128/64, seeded as numpy's `default_rng`. */
class Pcg64 {
  private state: bigint;
  private readonly increment: bigint;
  private kept: number | null = null;

  constructor(seed: number) {
    const [high, low, streamHigh, streamLow] = seedWords(seed);
    this.increment = ((((streamHigh! << 64n) | streamLow!) << 1n) | 1n) & WIDE;
    this.state = this.after(this.increment + ((high! << 64n) | low!));
  }

  private after(state: bigint): bigint {
    return (state * MULTIPLIER + this.increment) & WIDE;
  }

  /** 32 random bits: the lower half of a 64-bit number, then its upper half. */
  private bits(): number {
    if (this.kept !== null) {
      const kept = this.kept;
      this.kept = null;
      return kept;
    }
    this.state = this.after(this.state);
    const folded = ((this.state >> 64n) ^ this.state) & LONG;
    const turn = this.state >> 122n;
    const number = ((folded >> turn) | (folded << (64n - turn))) & LONG;
    this.kept = Number(number >> 32n);
    return Number(number & WORD);
  }

  /** Uniform among 0 … most: the lowest bits that can hold `most`, drawn again where they exceed it. */
  upTo(most: number): number {
    const mask = 2 ** (32 - Math.clz32(most)) - 1;
    for (;;) {
      const value = this.bits() & mask;
      if (value <= most) return value;
    }
  }
}

const POOL = 4;

/** Four 64-bit words, as `numpy.random.SeedSequence(seed).generate_state(4, numpy.uint64)`. */
function seedWords(seed: number): bigint[] {
  const pool = mixedPool(seed);
  let constant = 0x8b51f9dd;
  const words = Array.from({ length: 8 }, (_, i) => {
    let word = (pool[i % POOL]! ^ constant) >>> 0;
    constant = Math.imul(constant, 0x58f38ded);
    word = Math.imul(word, constant);
    return BigInt((word ^ (word >>> 16)) >>> 0);
  });
  return Array.from({ length: 4 }, (_, i) => words[2 * i]! | (words[2 * i + 1]! << 32n));
}

function mixedPool(seed: number): Uint32Array {
  let constant = 0x43b0d7e5;
  const hash = (value: number): number => {
    const mixed = value ^ constant;
    constant = Math.imul(constant, 0x931e8875);
    const hashed = Math.imul(mixed, constant);
    return hashed ^ (hashed >>> 16);
  };
  const mix = (x: number, y: number): number => {
    const mixed = (Math.imul(0xca01f9dd, x) - Math.imul(0x4973f715, y)) | 0;
    return mixed ^ (mixed >>> 16);
  };
  const pool = Uint32Array.from({ length: POOL }, (_, i) => hash(i === 0 ? seed : 0));
  for (let from = 0; from < POOL; from++) {
    for (let to = 0; to < POOL; to++) if (from !== to) pool[to] = mix(pool[to]!, hash(pool[from]!));
  }
  return pool;
}
