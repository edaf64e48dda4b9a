/** Memory of a training, and the kernels of `assembly/train.ts` on its matrices. */
import bytes from "wasm:../../assembly/train.ts";

/** The kernels' exports; addresses in bytes, strides in floats. */
interface Exports {
  multiply(a: number, aRow: number, aColumn: number, b: number, bRow: number, c: number, cRow: number, m: number, k: number, n: number, more: number): void;
  transpose(from: number, fromRow: number, to: number, toRow: number, m: number, n: number): void;
  add(from: number, to: number, width: number): void;
  pairsForward(table: number, bias: number, x: number, y: number, out: number, count: number, width: number): void;
  pairsBackward(slopes: number, active: number, x: number, y: number, table: number, bias: number, count: number, width: number): void;
  copyRows(from: number, fromRow: number, to: number, toRow: number, count: number, width: number): void;
  sumRows(rows: number, rowsRow: number, sum: number, count: number, width: number): void;
  addRow(row: number, rows: number, rowsRow: number, count: number, width: number): void;
  crossEntropy(logits: number, row: number, labels: number, losses: number, answers: number, count: number, classes: number, share: number): void;
  attendForward(scores: number, mixed: number, base: number, rows: number, weights: number, out: number, count: number, heads: number, width: number, neurons: number): void;
  attendBackward(mixed: number, rows: number, weights: number, active: number, slopes: number, scoresBack: number, mixedBack: number, baseBack: number, count: number, heads: number, width: number, neurons: number): void;
  adam(weights: number, slopes: number, first: number, second: number, count: number, betaFirst: number, betaSecond: number, keep: number, size: number, root: number, epsilon: number): void;
}

/** A view of a row-major matrix in the kernels' memory. */
export interface Matrix {
  /** Address in bytes. */
  at: number;
  rows: number;
  columns: number;
  /** Distance between rows in floats. */
  stride: number;
}

/** The kernels keep constants below this address. */
const FIRST_FREE = 65536;
const PAGE = 65536;

/** A bump allocator over WebAssembly memory; a training allocates once and never frees. */
export class Arena {
  private next = FIRST_FREE;
  private constructor(
    private readonly memory: WebAssembly.Memory,
    readonly kernels: Exports,
  ) {}

  static async open(): Promise<Arena> {
    const memory = new WebAssembly.Memory({ initial: 2 });
    const { instance } = await WebAssembly.instantiate(bytes as BufferSource, { env: { memory } });
    return new Arena(memory, instance.exports as unknown as Exports);
  }

  /** Address of zeros. */
  allocate(size: number): number {
    const at = this.next;
    this.next += Math.ceil(size / 64) * 64;
    const missing = this.next - this.memory.buffer.byteLength;
    if (missing > 0) this.memory.grow(Math.ceil(missing / PAGE));
    return at;
  }

  matrix(rows: number, columns: number): Matrix {
    return { at: this.allocate(4 * rows * columns), rows, columns, stride: columns };
  }

  integers(values: Int32Array): number {
    const at = this.allocate(4 * values.length);
    new Int32Array(this.memory.buffer, at, values.length).set(values);
    return at;
  }

  /** The numbers at an address; only good until the next allocation. */
  floats(at: number, count: number): Float32Array {
    return new Float32Array(this.memory.buffer, at, count);
  }

  doubles(at: number, count: number): Float64Array {
    return new Float64Array(this.memory.buffer, at, count);
  }

  wholes(at: number, count: number): Int32Array {
    return new Int32Array(this.memory.buffer, at, count);
  }

  clear(matrix: Matrix): void {
    this.floats(matrix.at, matrix.rows * matrix.stride).fill(0);
  }
}

/** Some of a matrix's rows. */
export function rowsOf(matrix: Matrix, first: number, count: number): Matrix {
  return { ...matrix, at: matrix.at + 4 * first * matrix.stride, rows: count };
}

/** Some of a matrix's columns. */
export function columnsOf(matrix: Matrix, first: number, count: number): Matrix {
  return { ...matrix, at: matrix.at + 4 * first, columns: count };
}

/** Dense products; `more`: add to c instead of overwriting it. */
export class Products {
  private readonly scratch: Matrix;

  /** `largest`: entries of the largest matrix that is transposed. */
  constructor(
    private readonly arena: Arena,
    largest: number,
  ) {
    this.scratch = arena.matrix(1, largest);
  }

  /** c = a b. */
  plain(a: Matrix, b: Matrix, c: Matrix, more = false): void {
    this.arena.kernels.multiply(a.at, a.stride, 1, b.at, b.stride, c.at, c.stride, a.rows, a.columns, c.columns, Number(more));
  }

  /** c = aᵀ b. */
  transposedLeft(a: Matrix, b: Matrix, c: Matrix, more = false): void {
    this.arena.kernels.multiply(a.at, 1, a.stride, b.at, b.stride, c.at, c.stride, a.columns, a.rows, c.columns, Number(more));
  }

  /** c = a bᵀ. */
  transposedRight(a: Matrix, b: Matrix, c: Matrix, more = false): void {
    const { kernels } = this.arena;
    kernels.transpose(b.at, b.stride, this.scratch.at, b.rows, b.rows, b.columns);
    kernels.multiply(a.at, a.stride, 1, this.scratch.at, b.rows, c.at, c.stride, a.rows, a.columns, c.columns, Number(more));
  }
}
