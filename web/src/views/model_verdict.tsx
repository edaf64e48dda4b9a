/** The model's answer to a pair beside the right one. */
import type { JSX } from "preact";
import { percent } from "../draw/numbers";
import type { ModelAnswer } from "../engine/quantities/answer";
import { trainPairsAreKnown, valueLabel } from "../operands";

export function Verdict({ found }: { found: ModelAnswer }): JSX.Element {
  const { right, answer, probability, trained } = found;
  return (
    <dl class="verdict">
      <dt>Right answer</dt>
      <dd>{right === null ? "not defined for this pair" : valueLabel("z", right)}</dd>
      <dt>Model's answer</dt>
      <dd>
        {valueLabel("z", answer)} {right !== null && <strong>{answer === right ? "✓ right" : "✗ wrong"}</strong>}
      </dd>
      <dt>Probability of the right answer</dt>
      <dd>{percent(probability)}</dd>
      <dt>Trained on this pair</dt>
      <dd>{trainPairsAreKnown() ? (trained ? "yes" : "no") : "not known"}</dd>
    </dl>
  );
}
