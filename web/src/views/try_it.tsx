/** One pair of operands: the waves of the key frequencies over the answers, their sum, and what the model says. */
import { useComputed } from "@preact/signals";
import type { JSX } from "preact";
import { Computed } from "../draw/computed";
import { PairMap } from "../draw/pair_map";
import { useQuantity } from "../engine/client";
import { useOnScreen } from "../engine/on_screen";
import { leftOut, pairInView } from "../operands";
import { registerView } from "../registry";
import { pair } from "../state";
import "./answer.css";
import "./circuit.css";
import { AddingUp } from "./adding_up";
import { ChoosePair } from "./choose_pair";
import { Verdict } from "./model_verdict";
import { hasPhase } from "./wave_losses";

function TryIt(): JSX.Element {
  const { ref, visible } = useOnScreen();
  const wanted = useComputed(() => {
    const [x, y] = pairInView() ?? [0, 0];
    return { x, y };
  });
  const answer = useQuantity("answer", wanted, visible).value;
  const right = useQuantity("right-probability", {}, visible).value;
  return (
    <div class="try" ref={ref}>
      <div>
        <ChoosePair />
        {pairInView() === null ? (
          <p class="note">
            x = {pair.value[0]}, y = {pair.value[1]} is not among the pairs that this view shows. {leftOut()}
          </p>
        ) : (
          <Computed answer={answer}>{(found) => <Verdict found={found} />}</Computed>
        )}
        <Computed answer={right}>
          {({ probability }) => <PairMap label="Probability of the right answer to every pair" values={probability} map="sequential" range={[0, 1]} unit="probability of the right answer" width={320} />}
        </Computed>
      </div>
      {pairInView() !== null && <Computed answer={answer}>{(found) => <AddingUp found={found} />}</Computed>}
    </div>
  );
}

const QUESTION = "Choose x and y, by number or with a click on any map over the pairs. For every answer z the model gives a score, its logit; the largest is its answer.";
const WAVES =
  "Each coloured wave, cos w(x + y − z) with w = 2πk/p, is the part of the scores at one key frequency k. All waves have a crest at the right answer and other crests at different places, so that only the right answer stands out in their sum. " +
  "Switch waves off to see why several are needed. (For x − y the waves run over x − y − z, for x · y over logarithms.)";

registerView({
  name: "try-it",
  title: "Ask the model",
  chapter: "answer",
  order: 0,
  size: "wide",
  isFor: (shown) => shown.modular !== null,
  Body: TryIt,
  help: (shown) => (hasPhase(shown) ? `${QUESTION} ${WAVES}` : QUESTION),
});
