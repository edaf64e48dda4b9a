/** The random numbers of a `torch.Generator` on the CPU: the Mersenne Twister MT19937, and normal numbers made of it. */

const LENGTH = 624;
const SHIFT = 397;

export class Twister {
  private readonly state = new Uint32Array(LENGTH);
  private place = LENGTH;

  /** As `torch.Generator().manual_seed(seed)`: the lower 32 bits count. */
  constructor(seed: number) {
    this.state[0] = seed;
    for (let i = 1; i < LENGTH; i++) {
      const before = this.state[i - 1]!;
      this.state[i] = Math.imul(before ^ (before >>> 30), 1812433253) + i;
    }
  }

  /** 32 random bits. */
  bits(): number {
    if (this.place === LENGTH) this.twist();
    let value = this.state[this.place++]!;
    value ^= value >>> 11;
    value ^= (value << 7) & 0x9d2c5680;
    value ^= (value << 15) & 0xefc60000;
    return (value ^ (value >>> 18)) >>> 0;
  }

  private twist(): void {
    const { state } = this;
    for (let i = 0; i < LENGTH; i++) {
      const mixed = (state[i]! & 0x80000000) | (state[(i + 1) % LENGTH]! & 0x7fffffff);
      state[i] = state[(i + SHIFT) % LENGTH]! ^ (mixed >>> 1) ^ (mixed & 1 ? 0x9908b0df : 0);
    }
    this.place = 0;
  }

  /** Uniform in [0, 1) with 24 bits, as torch draws a float32. */
  uniform(): number {
    return (this.bits() & 0xffffff) / 0x1000000;
  }
}

/** Numbers that torch transforms together: eight pairs. */
const GROUP = 16;

/**
 * `size` normal numbers with this standard deviation, as `torch.nn.init.normal_` fills a contiguous float32 tensor:
 * uniform numbers first, then Box and Muller's transform in groups of 16; what is left over at the end is drawn again with the
 * last group. Equal to torch to rounding: torch's own logarithm and cosine differ by machine.
 *
 * Limits: tensors of 16 entries or more; torch fills smaller ones by another rule.
 */
export function normals(from: Twister, size: number, deviation: number): Float32Array {
  if (size < GROUP) throw new Error(`initial weights: got a tensor of ${size} entries, expected ${GROUP} or more`);
  const values = Float32Array.from({ length: size }, () => from.uniform());
  const whole = size - (size % GROUP);
  for (let at = 0; at < whole; at += GROUP) transformGroup(values, at, deviation);
  if (whole < size) {
    for (let i = size - GROUP; i < size; i++) values[i] = from.uniform();
    transformGroup(values, size - GROUP, deviation);
  }
  return values;
}

const { fround } = Math;
const TURN = fround(2 * Math.PI);

function transformGroup(values: Float32Array, at: number, deviation: number): void {
  const scale = fround(deviation);
  for (let i = at; i < at + GROUP / 2; i++) {
    const radius = fround(Math.sqrt(fround(-2 * fround(Math.log(fround(1 - values[i]!))))));
    const angle = fround(TURN * values[i + GROUP / 2]!);
    values[i] = fround(radius * fround(Math.cos(angle))) * scale;
    values[i + GROUP / 2] = fround(radius * fround(Math.sin(angle))) * scale;
  }
}
