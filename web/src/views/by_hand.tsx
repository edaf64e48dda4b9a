/** Logits that are a sum of chosen waves, without a model, beside the logits that were learned. */
import { useComputed } from "@preact/signals";
import type { JSX } from "preact";
import { Computed } from "../draw/computed";
import { Switch } from "../draw/switch";
import { useQuantity } from "../engine/client";
import { useOnScreen } from "../engine/on_screen";
import type { LearnedProfile } from "../engine/quantities/learned_profile";
import { positions } from "../operands";
import { page } from "../page";
import { registerView } from "../registry";
import { handFrequencies, handHeight, handLikeModel } from "../state";
import "./answer.css";
import { ChooseFrequencies } from "./choose_frequencies";
import { HandAndModel } from "./hand_and_model";
import { LEAST_HEIGHT, Peak } from "./peak";

const HEIGHTS = [
  ["equal", "waves equally high"],
  ["model", "as in the model"],
] as const;

function ByHand(): JSX.Element {
  const { ref, visible } = useOnScreen();
  const answer = useQuantity("learned-profile", {}, visible).value;
  return (
    <div ref={ref}>
      <Computed answer={answer}>{(learned) => <Built learned={learned} />}</Computed>
    </div>
  );
}

/** The frequencies that were chosen, or the key frequencies; of a run without any, 1. */
function chosen(): number[] {
  const inRange = handFrequencies.value.filter((k) => Number.isInteger(k) && k >= 1 && 2 * k <= positions());
  if (inRange.length > 0) return inRange;
  const keys = page().modular!.key_frequencies;
  return keys.length > 0 ? keys : [1];
}

/** The height of the peak in logits: the visitor's, or that of the learned curve, which has none before it is learned. */
function heightOf(learned: LearnedProfile): number {
  return handHeight.value || Math.max(learned.profile[0]!, LEAST_HEIGHT);
}

function Built({ learned }: { learned: LearnedProfile }): JSX.Element {
  const wanted = useComputed(() => {
    const ks = chosen();
    const relative = ks.map((k) => (handLikeModel.value ? learned.coefficients[k - 1]! : 1));
    const total = relative.reduce((sum, value) => sum + Math.abs(value), 0);
    return { ks, amplitudes: relative.map((value) => (heightOf(learned) * value) / (total || 1)) };
  });
  const { ref, visible } = useOnScreen();
  const built = useQuantity("hand-built", wanted, visible).value;
  return (
    <div ref={ref}>
      <ChooseFrequencies chosen={chosen()} />
      <div class="settings">
        <Switch label="Heights of the waves" options={HEIGHTS} value={handLikeModel.value ? "model" : "equal"} onChange={(heights) => (handLikeModel.value = heights === "model")} />
        <Peak height={heightOf(learned)} />
      </div>
      <Computed answer={built}>{(hand) => <HandAndModel hand={hand} ks={wanted.value.ks} learned={learned} />}</Computed>
    </div>
  );
}

registerView({
  name: "by-hand",
  title: "A solution built by hand",
  chapter: "answer",
  order: 10,
  size: "wide",
  isFor: (shown) => shown.modular !== null && typeof shown.task.sign === "number",
  Body: ByHand,
  help:
    "Nothing is trained here: the score of answer z is a sum of waves cos w(x + y − z) of frequencies that you choose. It depends on the distance d from z to the right answer alone, so one curve describes all pairs. " +
    "One wave already has its only highest crest at d = 0, but the neighbours are nearly as high: the margin, the lead of the right answer over the best wrong one, is tiny. A few waves of different frequencies have a much larger margin at the same height. " +
    "A higher peak lowers the loss, and costs larger weights.",
});
