/** Parts of the model switched off, and what is left of its answers. */
import { useComputed } from "@preact/signals";
import type { JSX } from "preact";
import { cutInView, isUncut, putEverythingBack } from "../cuts";
import { useStepInSight } from "../draw/step_in_sight";
import { isOutdated, useQuantity } from "../engine/client";
import { useOnScreen } from "../engine/on_screen";
import { hasWaves } from "../operands";
import { registerView } from "../registry";
import { randomCut } from "../state";
import { CutOutcome, type Outcome } from "./cut_outcome";
import { CutSwitches } from "./cut_switches";
import "./take_apart.css";
import { hasPhase } from "./wave_losses";

function TakeApart(): JSX.Element {
  const { ref, visible } = useOnScreen();
  const cutting = useComputed(() => visible.value && !isUncut.value);
  const random = useComputed(() => ({ ...cutInView.value, random: true, seed: randomCut.value }));
  const whole = useQuantity("losses", {}, visible).value;
  const left = useQuantity("cut", cutInView, cutting).value;
  const control = useQuantity("cut", random, cutting).value;
  const clusters = useQuantity("clusters", {}, visible).value;
  const error = whole.error ?? clusters.error ?? (isUncut.value ? null : (left.error ?? control.error));
  const at = useStepInSight();
  const outcomes: Outcome[] = [{ name: "whole model", found: whole.value, isOutdated: isOutdated(whole, at, {}) }];
  if (!isUncut.value) {
    outcomes.push({ name: "what is left", found: left.value, isOutdated: isOutdated(left, at, cutInView.value) });
    outcomes.push({ name: "random cut of the same size", found: control.value, isOutdated: isOutdated(control, at, random.value) });
  }
  return (
    <div class="take-apart" ref={ref}>
      <CutSwitches clusters={clusters.value} />
      <div>
        {error ? <p class="error">{error}</p> : <CutOutcome outcomes={outcomes} />}
        <p class="cut-actions">
          <button type="button" disabled={isUncut.value} onClick={putEverythingBack}>
            Put everything back
          </button>
          <button type="button" disabled={isUncut.value} onClick={() => (randomCut.value += 1)}>
            Draw another random cut
          </button>
        </p>
      </div>
    </div>
  );
}

const UNTICK = "Untick a part to take it out of the model at the step in view.";
const WAVES = "Waves are removed from the logits, as in excluded loss; with “everything else” unticked, only the mean and the ticked waves of the key frequencies are left, as in restricted loss.";
const PARTS = "Neurons, heads and residual connections of the last layer are set to zero.";
const MATTERS = "A part matters if the loss rises more than after a random cut of the same size:";
const FREQUENCIES = "as many other frequencies,";
const NEURONS = "as many other live neurons, or";
const ROTATED = "the removed vectors subtracted after a random rotation. The numbers are over all pairs that the views show.";

registerView({
  name: "take-apart",
  title: "Switch parts off",
  chapter: "parts",
  order: 0,
  size: "wide",
  isFor: (shown) => shown.modular !== null && (shown.run.model.kind === "transformer" || shown.run.model.kind === "mlp"),
  Body: TakeApart,
  help: (shown) => [UNTICK, ...(hasPhase(shown) ? [WAVES] : []), PARTS, MATTERS, ...(hasPhase(shown) ? [FREQUENCIES] : []), ...(hasWaves(shown) ? [NEURONS] : []), ROTATED].join(" "),
});
