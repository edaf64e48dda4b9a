/** The loss on answer digits by the carry into them. */
import type { JSX } from "preact";
import { recordedUnder } from "../draw/curves";
import { StepLines } from "../draw/step_lines";
import { registerView } from "../registry";
import { logLoss } from "../state";
import { styleOf } from "./line_style";

/** Python: `latebloom.circuits.digits.splits`. */
const NAMES: Record<string, string> = { no_carry: "no carry", carry: "carry", short_chain: "short chain", long_chain: "long chain", all: "all digits" };

function Carries(): JSX.Element {
  const curves = recordedUnder("sum_loss").map(([part, series], i) => ({ label: NAMES[part] ?? part, ...series, ...styleOf(i) }));
  return <StepLines label="Loss by carry" yName="loss (nats)" curves={curves} log={logLoss.value} />;
}

registerView({
  name: "carries",
  title: "Carries",
  chapter: "growth",
  order: 10,
  isFor: () => recordedUnder("sum_loss").length > 0,
  Body: Carries,
  help: "Answer digits with and without a carry into them, and those whose carry is decided by the next column alone (short chain) or by columns further to the right (long chain). A model that learned to add without carrying fails on the second kind.",
});
