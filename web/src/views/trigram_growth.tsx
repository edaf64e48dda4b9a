/** How the ten skip trigrams grew, and the loss with and without them. */
import type { JSX } from "preact";
import { recorded, recordedUnder, type Curve } from "../draw/curves";
import { StepLines } from "../draw/step_lines";
import { registerView } from "../registry";
import { logLoss } from "../state";
import { styleOf } from "./line_style";
import "./sequence.css";

const STRENGTHS = { trigram_strength: "Lead that arrives (nats)", trigram_qk: "QK: score over fillers", trigram_ov: "OV (nats)" };

function TrigramGrowth(): JSX.Element {
  const losses = lossesWithout();
  return (
    <>
      <div class="maps">
        {Object.entries(STRENGTHS).map(([prefix, title]) => (
          <div key={prefix}>
            <h4>{title}</h4>
            <StepLines label={title} yName={title} curves={recordedUnder(prefix).map(([token, series], i) => ({ label: token, ...series, ...styleOf(i) }))} />
          </div>
        ))}
      </div>
      {losses.length > 0 && (
        <>
          <h4 class="chart-title">Loss with and without the ten trigrams</h4>
          <StepLines label="Loss with and without the ten trigrams" yName="loss (nats)" curves={losses} log={logLoss.value} />
        </>
      )}
    </>
  );
}

/** Losses on the test set where there is one, else on the train set. */
function lossesWithout(): Curve[] {
  const set = recorded("restricted_test_loss") ? "test" : "train";
  const named: [string, string][] = [
    [`${set}_loss`, `${set} loss`],
    [`restricted_${set}_loss`, "the ten alone"],
    [`restricted_${set}_loss_control`, "ten random others alone"],
    [`excluded_${set}_loss`, "all but the ten"],
  ];
  return named.flatMap(([column, label], i) => {
    const series = recorded(column);
    return series === null ? [] : [{ label, ...series, ...styleOf(i) }];
  });
}

registerView({
  name: "trigram-growth",
  title: "The ten trigrams through training",
  chapter: "growth",
  order: 10,
  isFor: () => recordedUnder("trigram_strength").length > 0,
  Body: TrigramGrowth,
  size: "wide",
  help: "Each of the task's ten rules needs both halves: a score that draws the attention of END to its token, and a value that raises the right answer. The loss with only these ten rules left, beside ten others chosen at random, shows whether they are enough; the loss without them, whether they are needed.",
});
