/** How right each pair's logits are. By WebAssembly, or by plain loops where there is none. */
import type { Answers } from "./answers";
import { kernels, type Kernels } from "./kernels";

export interface PairLosses {
  /** n²: cross-entropy in nats; NaN where the operation is not defined. */
  loss: Float64Array;
  /** n²: the right logit minus the largest wrong one. */
  margin: Float32Array;
  /** n²: 1 where the largest logit is the right one; of equal ones the first counts, as in Python. */
  right: Uint8Array;
}

/** n × n rows that are taken from the logits, one for each x + s·y mod n. */
export interface ByTurn {
  table: Float32Array;
  sign: number;
}

/** The largest wrong logit, and Σ exp(logit − top) over the wrong answers, with top the largest of all logits. */
interface Beside {
  largest: Float32Array;
  sums: Float32Array;
}

/** Of logits (n² × n), less rows by x + s·y mod n. */
export function pairLosses(logits: Float32Array, { n, labels }: Pick<Answers, "n" | "labels">, less: ByTurn | null = null): PairLosses {
  const fast = kernels();
  const { largest, sums } = fast === null ? besidePlainly(logits, n, labels, less) : besideFast(fast, logits, n, labels, less);
  const loss = new Float64Array(n * n).fill(NaN);
  const margin = new Float32Array(n * n);
  const right = new Uint8Array(n * n);
  const at = (pair: number, z: number) => logitAt(logits, n, less, pair, z);
  for (let pair = 0; pair < n * n; pair++) {
    const label = labels[pair]!;
    if (label < 0) continue;
    const own = at(pair, label);
    const wrong = largest[pair]!;
    // The sum leaves out the right answer, whose share is nearly 1 in a good model.
    loss[pair] = own >= wrong ? Math.log1p(sums[pair]!) : Math.log(sums[pair]! + Math.exp(own - wrong)) + (wrong - own);
    margin[pair] = own - wrong;
    right[pair] = Number(own > wrong || (own === wrong && isFirst(at, pair, label)));
  }
  return { loss, margin, right };
}

/** A logit, after the rows by turn have been taken off. */
function logitAt(logits: Float32Array, n: number, less: ByTurn | null, pair: number, z: number): number {
  const whole = logits[pair * n + z]!;
  if (less === null) return whole;
  const turn = (Math.floor(pair / n) + less.sign * (pair % n) + n) % n;
  return Math.fround(whole - less.table[turn * n + z]!);
}

/** Whether no answer before this one has the same logit. */
function isFirst(at: (pair: number, z: number) => number, pair: number, label: number): boolean {
  for (let z = 0; z < label; z++) if (at(pair, z) === at(pair, label)) return false;
  return true;
}

function besidePlainly(logits: Float32Array, n: number, labels: Int32Array, less: ByTurn | null): Beside {
  const largest = new Float32Array(n * n);
  const sums = new Float32Array(n * n);
  for (let pair = 0; pair < n * n; pair++) {
    const row = Array.from({ length: n }, (_, z) => logitAt(logits, n, less, pair, z));
    const label = Math.max(0, labels[pair]!);
    const wrong = row.filter((_, z) => z !== label);
    largest[pair] = Math.max(...wrong);
    const top = Math.max(...row);
    sums[pair] = wrong.reduce((sum, value) => sum + Math.exp(value - top), 0);
  }
  return { largest, sums };
}

function besideFast(fast: Kernels, logits: Float32Array, n: number, labels: Int32Array, less: ByTurn | null): Beside {
  const made = { largest: new Float32Array(n * n), sums: new Float32Array(n * n) };
  const [block, table, label, largest, sums] = fast.arrays([n * n, n * n, n, n, n]);
  const numbers = new Int32Array(label.data.buffer, label.at, n);
  if (less !== null) table.data.set(less.table);
  for (let x = 0; x < n; x++) {
    block.data.set(logits.subarray(x * n * n, (x + 1) * n * n));
    if (less !== null) fast.run.subtractByTurn(block.at, x, n, less.sign, n, table.at);
    for (let y = 0; y < n; y++) numbers[y] = Math.max(0, labels[x * n + y]!);
    fast.run.besideLabel(block.at, n, n, label.at, largest.at, sums.at);
    made.largest.set(largest.data, x * n);
    made.sums.set(sums.data, x * n);
  }
  return made;
}
