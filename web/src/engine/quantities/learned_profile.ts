/**
 * The logits as a function of d = z − (x + s·y) alone, averaged over all pairs, and what that average hides.
 * The coefficient of cos w(x + s·y − z) in the logits, `cos_waves` in Python, follows from the profile: the wave depends
 * on d alone, so α_k = (2/n) Σ_d profile(d) cos wd (1/n for the Nyquist wave).
 */
import { answers } from "../answers";
import { means, wholeLosses } from "../losses";
import { wholePass } from "../parts";
import { registerQuantity, type Checkpoint } from "../quantity";
import { wholeTurns, type Turns } from "../waves";

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
  return at.once("learned-profile", () => {
    const turns = wholeTurns(at);
    return turns && profiled(at, turns);
  });
}

function profiled(at: Checkpoint, { n, means: rows }: Turns): LearnedProfile {
  const profile = new Float64Array(n);
  for (let t = 0; t < n; t++) for (let d = 0; d < n; d++) profile[d]! += rows[t * n + ((t + d) % n)]! / n;
  const middle = profile.reduce((total, value) => total + value, 0) / n;
  const centred = profile.map((value) => value - middle);
  const { margin } = wholeLosses(at);
  const { loss, accuracy } = means(wholeLosses(at), answers(at));
  return {
    n,
    profile: centred,
    coefficients: Float64Array.from({ length: n >> 1 }, (_, index) => coefficient(centred, index + 1, n)),
    margin: { mean: margin.reduce((total, value) => total + value, 0) / (n * n), least: margin.reduce((a, b) => Math.min(a, b)) },
    loss: loss.all!,
    accuracy: accuracy.all!,
  };
}

function coefficient(profile: Float64Array, k: number, n: number): number {
  const sum = profile.reduce((total, value, d) => total + value * Math.cos((2 * Math.PI * ((k * d) % n)) / n), 0);
  return ((2 * k === n ? 1 : 2) * sum) / n;
}

registerQuantity("learned-profile", learnedProfile, wholePass);
