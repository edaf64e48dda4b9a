/** The loss on answer digits by the carry into them. */
import type { JSX } from "preact";
import { Lines } from "../draw/lines";
import { columnsOf } from "../measured";
import { page } from "../page";
import { registerView } from "../registry";
import { logLoss } from "../state";
import { style } from "./component_losses";
import { onSteps } from "./on_steps";

/** Python: `latebloom.circuits.digits.splits`. */
const NAMES: Record<string, string> = { no_carry: "no carry", carry: "carry", short_chain: "short chain", long_chain: "long chain", all: "all digits" };

function Carries(): JSX.Element {
  const { measures } = page();
  return (
    <Lines
      label="Loss by carry"
      x={measures.step}
      xName="step"
      yName="loss (nats)"
      lines={columnsOf(measures, "sum_loss").map(({ of, values }, i) => ({ label: NAMES[of] ?? of, values, ...style(i) }))}
      log={logLoss.value}
      {...onSteps()}
    />
  );
}

registerView({
  name: "carries",
  title: "Carries",
  chapter: "growth",
  order: 10,
  isFor: (shown) => columnsOf(shown.measures, "sum_loss").length > 0,
  Body: Carries,
  help: "Answer digits with and without a carry into them, and those whose carry is decided by the next column alone (short chain) or by columns further to the right (long chain). A model that learned to add without carrying fails on the second kind.",
});
