/** The two kinds of heads of the induction circuit, and the loss without each head and its paths. */
import type { JSX } from "preact";
import { shown as written } from "../draw/numbers";
import { inductionCircuit, type InductionCircuit } from "../extra";
import { page } from "../page";
import { registerView } from "../registry";
import { head } from "../sequence_state";
import "./sequence.css";

function Circuit(): JSX.Element {
  return <Without circuit={inductionCircuit(page())!} />;
}

/** Scores and losses of the last checkpoint, by head. */
function Without({ circuit }: { circuit: InductionCircuit }): JSX.Element {
  const path = (layer: number, number: number, into: string) => circuit.paths.find((one) => one.source[0] === layer && one.source[1] === number && one.into === into)?.loss_increase;
  const isOfPair = (layer: number, number: number) => circuit.pair?.some(([l, h]) => l === layer && h === number) ?? false;
  return (
    <div class="numbers">
      <table>
        <caption>
          At the last checkpoint, on {circuit.sequences} sequences with a loss of {written(circuit.loss)} nats. Loss: its increase in nats when the head's output, or
          only what later queries, keys or values see of it, is held at its mean.
        </caption>
        <thead>
          <tr>
            {["head", "token before", "induction", "without repeats", "loss without it", "… into queries", "… into keys", "… into values"].map((name) => (
              <th scope="col" key={name}>
                {name}
              </th>
            ))}
          </tr>
        </thead>
        <tbody>
          {circuit.heads.map((one) => (
            <tr key={`${one.layer}.${one.head}`} class={isOfPair(one.layer, one.head) ? "lead" : ""}>
              <th scope="row">
                <button type="button" class="plain" onClick={() => (head.value = [one.layer, one.head])} aria-label={`Show head ${one.layer}.${one.head} in the attention view`}>
                  {one.layer}.{one.head}
                </button>
              </th>
              {[one.previous_token, one.induction, one.induction_control].map((score, i) => (
                <td key={i}>{score.toFixed(2)}</td>
              ))}
              <td>{signed(one.loss_increase)}</td>
              {["q", "k", "v"].map((into) => (
                <td key={into}>{signed(path(one.layer, one.head, into))}</td>
              ))}
            </tr>
          ))}
        </tbody>
      </table>
      <p class="caption">
        {circuit.pair
          ? `In bold: the previous-token head ${circuit.pair[0].join(".")} and the induction head ${circuit.pair[1].join(".")}.`
          : `There is no circuit of two heads: ${circuit.undefined}.`}
      </p>
    </div>
  );
}

function signed(value: number | undefined): string {
  return value === undefined ? "–" : `${value >= 0 ? "+" : "−"}${Math.abs(value).toFixed(2)}`;
}

registerView({
  name: "induction-circuit",
  title: "The induction circuit",
  chapter: "circuit",
  order: 20,
  isFor: (shown) => inductionCircuit(shown) !== null,
  Body: Circuit,
  size: "wide",
  help: "One head writes to each token which token came before it; a head of a later layer looks for tokens that came after an earlier copy of the present one, and copies them. A score alone shows only where a head looks; the loss without the head, or without what later keys see of it, shows whether the model uses it.",
});
