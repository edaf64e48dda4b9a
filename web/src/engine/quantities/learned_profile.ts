/**
 * The logits as a function of d = z − (x + s·y) alone, averaged over all pairs, and what that average hides.
 * The coefficient of cos w(x + s·y − z) in the logits, `cos_waves` in Python, follows from the profile: the wave depends
 * on d alone, so α_k = (2/n) Σ_d profile(d) cos wd (1/n for the Nyquist wave).
 */
import { grid, type Grid } from "../grid";
import { registerQuantity, type Checkpoint } from "../quantity";

export interface LearnedProfile {
  n: number;
  /** Mean over all pairs of the logit at z = x + s·y + d, centred over z. */
  profile: Float64Array;
  /** α_k for k = 1 … n//2. */
  coefficients: Float64Array;
  /** Right logit minus the largest wrong one: mean and least over all pairs. */
  margin: { mean: number; least: number };
  /** Mean cross-entropy over all pairs, nats. */
  loss: number;
  /** Share of the pairs whose largest logit is the right answer. */
  accuracy: number;
}

declare module "../quantity" {
  interface Quantities {
    /** Null where the answer is not at x + s·y in any order. */
    "learned-profile": { args: Record<string, never>; result: LearnedProfile | null };
  }
}

export function learnedProfile(at: Checkpoint): LearnedProfile | null {
  return at.once("learned-profile", () => (grid(at).sign === null ? null : profiled(grid(at))));
}

function profiled({ n, logits, labels }: Grid): LearnedProfile {
  const profile = new Float64Array(n);
  const margins = new Float64Array(n * n);
  let loss = 0;
  for (let pair = 0; pair < n * n; pair++) {
    const right = labels[pair]!;
    let wrong = -Infinity;
    let sum = 0;
    const own = logits[pair * n + right]!;
    for (let d = 0; d < n; d++) {
      const value = logits[pair * n + ((right + d) % n)]!;
      profile[d]! += value / (n * n);
      sum += Math.exp(value - own);
      if (d > 0 && value > wrong) wrong = value;
    }
    margins[pair] = own - wrong;
    loss += Math.log(sum) / (n * n);
  }
  const middle = profile.reduce((total, value) => total + value, 0) / n;
  const centred = profile.map((value) => value - middle);
  return {
    n,
    profile: centred,
    coefficients: Float64Array.from({ length: n >> 1 }, (_, index) => coefficient(centred, index + 1, n)),
    margin: { mean: margins.reduce((total, value) => total + value, 0) / (n * n), least: margins.reduce((a, b) => Math.min(a, b)) },
    loss,
    accuracy: margins.filter((margin) => margin > 0).length / (n * n),
  };
}

function coefficient(profile: Float64Array, k: number, n: number): number {
  const sum = profile.reduce((total, value, d) => total + value * Math.cos((2 * Math.PI * ((k * d) % n)) / n), 0);
  return ((2 * k === n ? 1 : 2) * sum) / n;
}

registerQuantity("learned-profile", learnedProfile);
