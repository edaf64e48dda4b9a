/** The operands in the planes of the embedding's waves: a circle for each frequency that the model uses. */
import { useComputed } from "@preact/signals";
import type { JSX } from "preact";
import { Circle } from "../draw/circle";
import { Computed } from "../draw/computed";
import { FrequencyChip } from "../draw/frequency_chip";
import { percent } from "../draw/numbers";
import { useQuantity } from "../engine/client";
import type { Plane } from "../engine/quantities/circles";
import { hasWaves, pairInView, positionLabel, seeksFrequencies, showPair } from "../operands";
import { page } from "../page";
import { registerView } from "../registry";
import { frequency } from "../state";

/** More key frequencies than this are not drawn; a model that has not learned can have dozens. */
const MOST = 12;

function Circles(): JSX.Element {
  const args = useComputed(() => ({ ks: chosen(frequency.value) }));
  const answer = useQuantity("circles", args).value;
  if (args.value.ks.length === 0) {
    const none = seeksFrequencies(page()) ? "The model of the last step has no key frequencies. " : "";
    return <p class="missing">{none}Choose a frequency in “Waves in the embedding” to see its plane.</p>;
  }
  return (
    <Computed answer={answer}>
      {(planes) => (
        <div class="circles">
          {planes.map((plane) => (
            <OneCircle key={plane.k} plane={plane} />
          ))}
        </div>
      )}
    </Computed>
  );
}

/** The key frequencies, and the one that is lit up. */
function chosen(lit: number | null): number[] {
  const keys = page().modular!.key_frequencies.slice(0, MOST);
  return lit === null || keys.includes(lit) ? keys : [...keys, lit];
}

function OneCircle({ plane }: { plane: Plane }): JSX.Element {
  const { k, points, share } = plane;
  const n = points.length / 2;
  const pair = pairInView();
  return (
    <figure class={`circle ${frequency.value === k ? "lit" : ""}`}>
      <Circle
        label={`Numbers in the plane of k = ${k}`}
        points={points}
        turn={(i) => ((k * i) % n) / n}
        nameOf={(i) => positionLabel("x", i)}
        ringed={pair === null ? [] : [...new Set(pair)]}
        axes={["along cos", "along sin"]}
        onPick={(i) => showPair(i, pair?.[1] ?? 0)}
      />
      <figcaption>
        <FrequencyChip k={k} /> <span>{share === null ? "nothing varies" : `explains ${percent(share)}`}</span>
      </figcaption>
    </figure>
  );
}

registerView({
  name: "circles",
  title: "Numbers on circles",
  chapter: "circuit",
  order: 5,
  isFor: hasWaves,
  Body: Circles,
  help: "Each point is a number, placed by its vector along one pair of waves; the colour is the angle that a perfect circle would give it. The percentage is the share of the variance in the plane that this one frequency explains: 100 % is a circle, or one that is drawn out to an ellipse.",
});
