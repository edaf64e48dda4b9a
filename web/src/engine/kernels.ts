/** The WebAssembly kernels and their memory, which holds the operands of one call at a time. */
import binary from "wasm:../../assembly/kernels.ts";

interface Exports {
  multiplyAdd(a: number, b: number, c: number, rows: number, inner: number, panels: number, list: number): void;
  mix(shares: number, x: number, y: number, constant: number, out: number, rows: number, heads: number, width: number, floor: number): void;
  addMarginals(block: number, x: number, n: number, width: number, byX: number, byY: number, bySum: number, byDifference: number): void;
  subtractByTurn(block: number, x: number, n: number, sign: number, width: number, table: number): void;
  besideLabel(block: number, rows: number, width: number, labels: number, largest: number, sums: number): void;
  addSquares(block: number, rows: number, width: number, mean: number, to: number): void;
}

/** An array in the kernels' memory: its address in bytes, and a view of it that is valid until the next call of `arrays`. */
export interface KernelArray {
  at: number;
  data: Float32Array;
}

/** Columns of a panel in `multiplyAdd`. */
export const PANEL = 32;

/** Bytes of a page of WebAssembly memory. */
const PAGE = 65536;

export class Kernels {
  private readonly memory = new WebAssembly.Memory({ initial: 1 });
  readonly run: Exports;

  constructor() {
    const module = new WebAssembly.Module(binary as BufferSource);
    this.run = new WebAssembly.Instance(module, { env: { memory: this.memory } }).exports as unknown as Exports;
  }

  /** Arrays of these lengths in the memory, and their addresses. They are valid until the next call. */
  arrays<const L extends readonly number[]>(lengths: L): { [I in keyof L]: KernelArray } {
    const sizes = lengths.map((length) => Math.ceil(length / 4) * 16);
    const total = sizes.reduce((sum, size) => sum + size, PAGE);
    const missing = total - this.memory.buffer.byteLength;
    if (missing > 0) this.memory.grow(Math.ceil(missing / PAGE));
    let at = PAGE;
    const made = sizes.map((size, i) => {
      const data = new Float32Array(this.memory.buffer, at, lengths[i]!);
      at += size;
      return { at: at - size, data };
    });
    return made as { [I in keyof L]: KernelArray };
  }
}

let made: Kernels | null | undefined;

/** The kernels; null where the browser has no WebAssembly with vectors, or a policy of the page forbids it. */
export function kernels(): Kernels | null {
  if (made === undefined) {
    try {
      made = new Kernels();
    } catch {
      made = null;
    }
  }
  return made;
}
