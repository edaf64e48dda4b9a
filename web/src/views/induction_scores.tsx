/** Scores of every head through training: attention to the token before, and to what came next earlier. */
import type { JSX } from "preact";
import { recordedUnder } from "../draw/curves";
import { StepLines } from "../draw/step_lines";
import { registerView } from "../registry";
import { styleOf } from "./line_style";
import "./sequence.css";

function InductionScores(): JSX.Element {
  return (
    <div class="maps">
      <Scores prefix="previous_token_score" title="Attention to the token before" />
      <Scores prefix="induction_score" title="Attention to what came next earlier" />
    </div>
  );
}

/** A head that never reaches this score is drawn faint. Python: `latebloom.figures.induction_heads.NAMED`. */
const NAMED = 0.25;

function Scores({ prefix, title }: { prefix: string; title: string }): JSX.Element | null {
  const heads = recordedUnder(prefix);
  if (heads.length === 0) return null;
  return (
    <div>
      <h4>{title}</h4>
      <StepLines
        label={title}
        yName="mean share of the attention"
        curves={heads.map(([name, series], i) => ({ label: name, ...series, ...styleOf(i), faint: series.values.every((value) => (value ?? 0) < NAMED) }))}
        yRange={[0, 1]}
      />
    </div>
  );
}

registerView({
  name: "induction-scores",
  title: "Heads of the induction circuit through training",
  chapter: "growth",
  order: 10,
  isFor: () => recordedUnder("induction_score").length > 0,
  Body: InductionScores,
  size: "wide",
  help: "One kind of head attends to the token before; another, in a later layer, to the tokens that came after earlier copies of the present one. Neither is useful without the other, so their scores tend to rise together; heads that never reach a quarter are faint.",
});
