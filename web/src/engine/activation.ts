/** Activation functions by name. Python: `latebloom.models.components.activations`. */

const FUNCTIONS: Record<string, (x: number) => number> = {
  relu: (x) => Math.max(0, x),
  gelu: (x) => (x * (1 + erf(x / Math.SQRT2))) / 2,
  gelu_new: (x) => (x * (1 + Math.tanh(Math.sqrt(2 / Math.PI) * (x + 0.044715 * x ** 3)))) / 2,
  tanh: Math.tanh,
  square: (x) => x * x,
};

/** The function of this name; relu where a model names none. */
export function activation(name: unknown = "relu"): (x: number) => number {
  const found = FUNCTIONS[String(name)];
  if (found === undefined) throw new Error(`this page cannot compute the activation ${String(name)}, which another package has registered`);
  return found;
}

/** The error function, to 1.2e-7. Source: Press et al., "Numerical Recipes", erfcc. */
function erf(x: number): number {
  const t = 1 / (1 + Math.abs(x) / 2);
  const terms = [-1.26551223, 1.00002368, 0.37409196, 0.09678418, -0.18628806, 0.27886807, -1.13520398, 1.48851587, -0.82215223, 0.17087277];
  const rest = t * Math.exp(-x * x + terms.reduceRight((sum, term) => sum * t + term, 0));
  return x >= 0 ? 1 - rest : rest - 1;
}
