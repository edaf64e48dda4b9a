/** The right answers of a sequence that the visitor typed, for the tasks whose rule is simple to compute here. */
import type { ExampleSequence, RunPage } from "./page";

/** Right answers at the positions where an example's answers are read; null for a sequence that is not of the task. */
type Rule = (tokens: number[], page: RunPage) => number[] | null;

const RULES: Partial<Record<RunPage["task"]["family"], Rule>> = { digits: digitSum, trigrams: trigger };

/**
 * The typed tokens as a sequence like the example. Null where they are of another length or not in the vocabulary. A
 * right answer of −1 is not known.
 */
export function edited(page: RunPage, example: ExampleSequence, tokens: number[]): ExampleSequence | null {
  const size = page.examples!.vocabulary.length;
  if (tokens.length !== example.tokens.length || tokens.some((token) => !Number.isInteger(token) || token < 0 || token >= size)) return null;
  const right = RULES[page.task.family]?.(tokens, page) ?? example.read.map(() => -1);
  return { tokens, read: example.read, right, part: example.part, note: "" };
}

/** `x + y =` and the digits of the sum, all most significant first. Python: `latebloom.tasks.DigitAddition`. */
export function sumTokens(x: string, y: string, digits: number): number[] {
  const sum = (BigInt(x) + BigInt(y)).toString().padStart(digits + 1, "0");
  const operand = (value: string) => Array.from(value.padStart(digits, "0"), Number);
  return [...operand(x), PLUS, ...operand(y), EQUALS, ...Array.from(sum, Number)];
}

const PLUS = 10;
const EQUALS = 11;

/** Digits of the two operands in the tokens of a sum. */
export function operands(tokens: number[], digits: number): [string, string] {
  return [tokens.slice(0, digits).join(""), tokens.slice(digits + 1, 2 * digits + 1).join("")];
}

function digitSum(tokens: number[], page: RunPage): number[] | null {
  const digits = Number(page.task.settings.digits);
  const [x, y] = operands(tokens, digits);
  if (!/^\d+$/.test(x) || !/^\d+$/.test(y) || x.length !== digits || y.length !== digits) return null;
  return sumTokens(x, y, digits).slice(2 * digits + 2);
}

/** The only token of 10 … 19. Python: `latebloom.tasks.SkipTrigrams`. */
function trigger(tokens: number[]): number[] | null {
  const found = tokens.filter((token) => token >= 10 && token < 20);
  return found.length === 1 ? [found[0]! - 10] : null;
}
