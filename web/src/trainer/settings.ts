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

export const OPERATIONS: Record<Operation, { sign: string; name: string; answer(x: number, y: number, p: number): number }> = {
  modular_addition: { sign: "+", name: "x + y mod p", answer: (x, y, p) => (x + y) % p },
  modular_subtraction: { sign: "−", name: "x − y mod p", answer: (x, y, p) => (x - y + p) % p },
  modular_multiplication: { sign: "×", name: "x · y mod p", answer: (x, y, p) => (x * y) % p },
};

export const PRIMES = [23, 29, 31, 37, 41, 43, 47, 53, 59];
export const WIDTHS = [64, 128, 256, 512];

/** Settings that grok within a minute. */
export const DEFAULTS: Record<ModelKind, Settings> = {
  mlp: { model: "mlp", operation: "modular_addition", p: 47, fraction: 0.4, width: 256, lr: 0.003, decay: 1, seed: 0 },
  transformer: { model: "transformer", operation: "modular_addition", p: 31, fraction: 0.5, width: 128, lr: 0.003, decay: 1, seed: 0 },
};

/** Why these settings cannot be trained, or null. */
export function fault(settings: Settings): string | null {
  if (settings.model === "mlp" && settings.operation === "modular_subtraction") {
    return "The MLP gets the sum of two one-hot vectors, so it cannot distinguish x − y from y − x. Choose the transformer for subtraction.";
  }
  if (Math.floor(settings.fraction * settings.p ** 2) === settings.p ** 2) return "No pairs are left for the test set.";
  return null;
}
