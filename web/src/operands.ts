/** The operands and answers of a modular task: values, and their positions in the order in which the task is addition. */
import { whole } from "./draw/numbers";
import { page, type Modular, type RunPage } from "./page";
import { pair } from "./state";

export type Axis = "x" | "y" | "z";

function modular(): Modular {
  const { modular: facts } = page();
  if (facts === null) throw new Error("this page is not of a modular task");
  return facts;
}

/** Whether waves over the operands can mean something: not over the numbers of a group's elements, unless its table is an addition. */
export function hasWaves(shown: RunPage): boolean {
  return shown.modular !== null && (shown.task.family !== "groups" || typeof shown.task.sign === "number");
}

/** Whether key frequencies were sought: not in a group's model, whose key representations were. */
export function seeksFrequencies(shown: RunPage): boolean {
  return shown.modular !== null && shown.task.family !== "groups";
}

/** n, the number of positions. */
export function positions(): number {
  return modular().order.x.length;
}

/** The value at a position. */
export function valueAt(axis: Axis, position: number): number {
  return modular().order[axis][position]!;
}

/** The position of a value; −1 where it has none (0 in logarithms). */
export function positionOf(axis: Axis, value: number): number {
  return modular().order[axis].indexOf(value);
}

/** Whether every value is its own position. */
export function isNatural(axis: Axis): boolean {
  return modular().order[axis].every((value, position) => value === position);
}

/** The name of an axis over positions: x, or log x where the order is that of discrete logarithms. */
export function axisName(axis: Axis): string {
  if (isNatural(axis)) return axis;
  return isLogarithm() ? `log ${axis}` : `position of ${axis}`;
}

function isLogarithm(): boolean {
  return valueAt("x", 0) === 1;
}

/** Which pairs the views of all pairs leave out, and why; null where they show all. */
export function leftOut(): string | null {
  const { modular: facts, task } = page();
  if (facts === null || task.p === undefined || positions() >= task.p) return null;
  const values = Array.from({ length: task.p }, (_, value) => value);
  const missing = (["x", "y"] as const).flatMap((axis) => values.filter((value) => positionOf(axis, value) < 0).map((value) => `${axis} = ${value}`));
  const pairs = `The views of all pairs leave out ${whole(task.p ** 2 - positions() ** 2)} of the ${whole(task.p ** 2)} pairs, those with ${missing.join(" or ")}`;
  return `${pairs}: ${isLogarithm() ? "they show the numbers in the order of their logarithms, and 0 has none" : "they have no place in the order in which this task is an addition"}.`;
}

/** x + y, x − y, log x + log y, …: what the waves depend on. */
export function sumName(): string {
  return `${axisName("x")} ${page().task.sign === -1 ? "−" : "+"} ${axisName("y")}`;
}

/** w(x + y − z), with the names of the axes. */
export function phaseName(): string {
  return `w(${sumName()} − ${axisName("z")})`;
}

/** A position as read-outs show it after the name of its axis: "7", or "3 (x = 30)" where the value is not its position. */
export function positionLabel(axis: Axis, position: number): string {
  return isNatural(axis) ? String(position) : `${position} (${axis} = ${valueAt(axis, position)})`;
}

/** The value at a position: "7", or "30 (log x = 3)" where it is not its position. */
export function valueLabel(axis: Axis, position: number): string {
  const value = String(valueAt(axis, position));
  return isNatural(axis) ? value : `${value} (${axisName(axis)} = ${position})`;
}

/** Positions of the operands that the visitor looks at; null where one has no position. */
export function pairInView(): [number, number] | null {
  const [x, y] = pair.value;
  const at: [number, number] = [positionOf("x", x ?? -1), positionOf("y", y ?? -1)];
  return at[0] < 0 || at[1] < 0 ? null : at;
}

/** Look at the operands at these positions. */
export function showPair(x: number, y: number): void {
  pair.value = [valueAt("x", x), valueAt("y", y)];
}

/** The task with numbers for x and y, as "5 + 7 mod 113"; the operands after its formula where it is no plain operation. */
export function inWords(x: number, y: number): string {
  const { summary, p, family } = page().task;
  if (family === "groups") return `${x} ∘ ${y}`;
  const plain = /^x (\S+) y mod p$/.exec(summary);
  if (plain) return `${x} ${plain[1]} ${y} mod ${p}`;
  const formula = /^\S*[xy].* mod p$/.exec(summary);
  const operands = `x = ${x}, y = ${y}`;
  return formula ? `${summary.replace("mod p", `mod ${p}`)} at ${operands}` : operands;
}

/** Positions of a pair drawn at random; `unseen`: of those that were not trained on, if any are found. */
export function randomPair(unseen: boolean): [number, number] {
  const n = positions();
  const drawn = (): [number, number] => [Math.floor(Math.random() * n), Math.floor(Math.random() * n)];
  let pairDrawn = drawn();
  for (let tries = 0; unseen && wasTrained(...pairDrawn) && tries < 1000; tries++) pairDrawn = drawn();
  return pairDrawn;
}

/** Whether it is known which pairs were trained on: the file of an imported run may not list them. */
export function trainPairsAreKnown(): boolean {
  return !["unlisted", "unknown"].includes(String(page().run.data["kind"]));
}

function wasTrained(x: number, y: number): boolean {
  const at = valueAt("x", x) * page().task.p! + valueAt("y", y);
  return ((atob(modular().train).charCodeAt(at >> 3) >> (7 - (at & 7))) & 1) === 1;
}
