/** What a visitor can choose for a training in the page. */

export type ModelKind = "mlp" | "transformer";
export type Operation = "modular_addition" | "modular_subtraction" | "modular_multiplication";

export interface Settings {
  model: ModelKind;
  operation: Operation;
  p: number;
  /** Share of all pairs in the training set. */
  fraction: number;
  /** Neurons. */
  width: number;
  lr: number;
  /** Decoupled, as in AdamW. */
  decay: number;
  /** Of the initial weights and of the split. */
  seed: number;
}

/** Width of the transformer's residual stream, its heads and their width. */
export const STREAM = { d_model: 64, heads: 4, d_head: 16 } as const;

/** Of AdamW. Python: `latebloom.training.optimisers.settings.Optimiser`, and `EPSILON` of adam.py. */
export const OPTIMISER = { betaFirst: 0.9, betaSecond: 0.98, epsilon: 1e-8, warmup: 10 } as const;

interface OperationFacts {
  name: string;
  /** s where the operation is i + s·j of the operands' positions i and j in a cyclic group. */
  sign: 1 | -1;
  answer(x: number, y: number, p: number): number;
}

export const OPERATIONS: Record<Operation, OperationFacts> = {
  modular_addition: { name: "x + y mod p", sign: 1, answer: (x, y, p) => (x + y) % p },
  modular_subtraction: { name: "x − y mod p", sign: -1, answer: (x, y, p) => (x - y + p) % p },
  modular_multiplication: { name: "x · y mod p", sign: 1, answer: (x, y, p) => (x * y) % p },
};

export const PRIMES = [23, 29, 31, 37, 41, 43, 47, 53, 59];
export const WIDTHS = [64, 128, 256, 512];
export const SHARES = [0.2, 0.3, 0.4, 0.5, 0.6, 0.7, 0.8, 0.9];
export const RATES = [0.0003, 0.001, 0.002, 0.003, 0.005, 0.01, 0.02, 0.05, 1];
export const DECAYS = [0, 0.1, 0.3, 0.5, 1, 2, 5];

/** Settings that grok within a minute. */
export const DEFAULTS: Record<ModelKind, Settings> = {
  mlp: { model: "mlp", operation: "modular_addition", p: 37, fraction: 0.5, width: 256, lr: 0.003, decay: 0.5, seed: 0 },
  transformer: { model: "transformer", operation: "modular_addition", p: 31, fraction: 0.5, width: 128, lr: 0.01, decay: 1, seed: 0 },
};

/** Changes of the defaults that are worth seeing. */
export const PRESETS: { name: string; why: string; changes: Partial<Settings> }[] = [
  { name: "Grokking", why: "The defaults: it memorises, and much later it generalises", changes: {} },
  { name: "No weight decay", why: "Nothing favours the smaller solution", changes: { decay: 0 } },
  { name: "Few examples", why: "A share of 20 % of the pairs", changes: { fraction: 0.2 } },
  { name: "Many examples", why: "A share of 90 % of the pairs", changes: { fraction: 0.9 } },
  { name: "Far too high a rate", why: "A learning rate of 1", changes: { lr: 1 } },
];

/** Largest p and width that a link may ask for, so that it cannot exhaust the memory. */
const LARGEST = { p: 113, width: 1024 };

/** Why these settings cannot be trained, or null. */
export function fault({ model, operation, p, fraction, width, lr, decay, seed }: Settings): string | null {
  if (!(model in DEFAULTS)) return `Model: got ${model}, expected mlp or transformer.`;
  if (!(operation in OPERATIONS)) return `Task: got ${operation}, expected one of ${Object.keys(OPERATIONS).join(", ")}.`;
  if (!isPrime(p) || p < 11 || p > LARGEST.p) return `p: got ${p}, expected a prime from 11 to ${LARGEST.p}.`;
  if (!(Number.isInteger(width / 4) && width >= 16 && width <= LARGEST.width)) return `Neurons: got ${width}, expected a multiple of 4 from 16 to ${LARGEST.width}.`;
  if (!(fraction * p * p >= 1 && fraction < 1)) return `Share of pairs trained on: got ${fraction}, expected more than 0 and less than 1.`;
  if (!(lr > 0 && decay >= 0 && lr * decay <= 1)) return `Learning rate ${lr} and weight decay ${decay}: expected a rate above 0, a decay of 0 or more, and a product of at most 1.`;
  if (!(Number.isInteger(seed) && seed >= 0 && seed < 2 ** 32)) return `Seed: got ${seed}, expected a whole number from 0.`;
  if (model === "mlp" && operation === "modular_subtraction") {
    return "The MLP gets the sum of two one-hot vectors, so it cannot distinguish x − y from y − x. Choose the transformer for subtraction.";
  }
  return null;
}

function isPrime(number: number): boolean {
  if (!Number.isInteger(number) || number < 2) return false;
  for (let factor = 2; factor * factor <= number; factor++) if (number % factor === 0) return false;
  return true;
}
