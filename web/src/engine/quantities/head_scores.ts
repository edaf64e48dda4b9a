/**
 * How much each head attends to the token before, and to the tokens after earlier copies of the same token; means over
 * the page's sequences. Python: `latebloom.circuits.induction.scores`, on the same sequences as `latebloom measure`.
 */
import type { ExampleSequence } from "../../page";
import { registerQuantity, type Checkpoint } from "../quantity";
import { headsOf, pass } from "../sequence";

export interface HeadScores {
  layers: number;
  heads: number;
  /** layer × head, 0 … 1: from the first copy's tokens, except its first, to the token before. */
  previous: Float64Array;
  /** From each position with a label to the tokens after the same token in earlier copies, summed. */
  induction: Float64Array;
  /** The same at the same positions of sequences without repeats. */
  control: Float64Array;
}

declare module "../quantity" {
  interface Quantities {
    "head-scores": { args: Record<string, never>; result: HeadScores };
  }
}

/** A sequence with repeats, as the page's examples of repeated subsequences are. */
type Repeated = ExampleSequence & { copies: number[]; control: number[] };

function headScores(at: Checkpoint): HeadScores {
  const shape = headsOf(at)!;
  const examples = (at.facts.examples?.sequences ?? []).filter((one): one is Repeated => one.copies !== undefined && one.control !== undefined);
  if (examples.length === 0) throw new Error("this page has no sequences with repeats");
  const size = Number(at.facts.task.settings.subsequence);
  const mean = (score: (pattern: Pattern, one: Repeated) => number, tokens: "tokens" | "control") => {
    const sums = new Float64Array(shape.layers * shape.heads);
    for (const one of examples) {
      const { patterns, length } = pass(at, one[tokens]);
      for (let i = 0; i < sums.length; i++) {
        const head = i % shape.heads;
        const values = patterns[Math.floor(i / shape.heads)]!;
        sums[i]! += score((query, key) => values[(head * length + query) * length + key]!, one) / examples.length;
      }
    }
    return sums;
  };
  return {
    ...shape,
    previous: mean((pattern, one) => previousToken(pattern, one.copies[0]!, size), "tokens"),
    induction: mean((pattern, one) => induction(pattern, one.copies, size), "tokens"),
    control: mean((pattern, one) => induction(pattern, one.copies, size), "control"),
  };
}

/** Attention from one position to another. */
type Pattern = (query: number, key: number) => number;

function previousToken(pattern: Pattern, start: number, size: number): number {
  let sum = 0;
  for (let i = 1; i < size; i++) sum += pattern(start + i, start + i - 1);
  return sum / (size - 1);
}

function induction(pattern: Pattern, copies: number[], size: number): number {
  let sum = 0;
  for (let later = 1; later < copies.length; later++)
    for (let i = 0; i < size - 1; i++) for (let copy = 0; copy < later; copy++) sum += pattern(copies[later]! + i, copies[copy]! + i + 1);
  return sum / (copies.length - 1) / (size - 1);
}

registerQuantity("head-scores", headScores);
