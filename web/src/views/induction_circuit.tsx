/** The induction circuit: the loss without each head and its paths. What each head attends to is in the view before. */
import type { JSX } from "preact";
import { NumberTable } from "../draw/number_table";
import { shown } from "../draw/numbers";
import { inductionCircuit, type InductionCircuit } from "../extra";
import { page } from "../page";
import { registerView } from "../registry";
import { head } from "../sequence_state";

function Circuit(): JSX.Element {
  const { heads, paths, pair, sequences, loss } = inductionCircuit(page())!;
  const path = (of: Head, into: string) => paths.find(({ source, into: other }) => source[0] === of.layer && source[1] === of.head && other === into)?.loss_increase;
  const rows = heads.map((one) => ({
    name: `${one.layer}.${one.head}`,
    lead: pair?.some(([layer, number]) => layer === one.layer && number === one.head) ?? false,
    onPick: () => (head.value = [one.layer, one.head]),
    cells: [
      ...[one.loss_increase, ...["q", "k", "v"].map((into) => path(one, into))].map(signed),
    ],
  }));
  return (
    <NumberTable
      caption={
        `Increases of the loss (nats) at the last checkpoint, on ${sequences} sequences with a loss of ${shown(loss)} nats. ` +
        "Without a head: its output is held at its mean; without a path: only what later heads' queries, keys or values see of it. A circuit of two heads is in bold."
      }
      columns={["head", "loss without the head", "without path into queries", "into keys", "into values"]}
      rows={rows}
    />
  );
}

type Head = InductionCircuit["heads"][number];

function signed(value: number | undefined): string {
  if (value === undefined) return "–";
  const size = Math.abs(value).toFixed(2);
  return Number(size) === 0 ? size : `${value > 0 ? "+" : "−"}${size}`;
}

registerView({
  name: "induction-circuit",
  title: "The induction circuit",
  chapter: "circuit",
  order: 20,
  isFor: (run) => inductionCircuit(run) !== null,
  Body: Circuit,
  size: "wide",
  help: "One head writes to each token which token came before it; a head of a later layer looks for tokens that came after an earlier copy of the present one, and copies them. A score alone shows only where a head looks; the loss without the head, or without what later keys see of it, shows whether the model uses it.",
});
