/** Two explanations of a group model's neurons, by representations and by cosets, and what each keeps of the answers. */
import type { JSX } from "preact";
import { NumberTable } from "../draw/number_table";
import { accuracy, percent, shown, whole } from "../draw/numbers";
import { groupNeurons, type GroupNeurons } from "../irreps";
import { page } from "../page";
import { registerView } from "../registry";

const NAMES: Record<string, string> = { irreps: "of one representation", cosets: "constant on cosets", both: "both at once" };

function Cosets(): JSX.Element {
  const found = groupNeurons(page())!.cosets!;
  return (
    <>
      <NumberTable
        caption={`What is left of the model of step ${whole(page().run.step)} if each neuron's input is projected onto functions of one kind; beside it the same with the elements relabelled at random`}
        columns={["functions", "how many", "accuracy", "loss (nats)", "accuracy, relabelled", "loss, relabelled"]}
        rows={found.trials.map((one) => ({
          name: NAMES[one.name] ?? one.name,
          cells: [shown(one.functions), accuracy(one.accuracy), shown(one.loss), accuracy(one.control_accuracy), shown(one.control_loss)],
          lead: found.decides === one.name,
        }))}
      />
      <Subgroups found={found} />
    </>
  );
}

/** How many neurons have a subgroup of each order. */
function Subgroups({ found }: { found: NonNullable<GroupNeurons["cosets"]> }): JSX.Element {
  const orders = Object.entries(found.subgroups).sort(([a], [b]) => Number(a) - Number(b));
  return (
    <>
      <NumberTable
        caption="Live neurons by the order of the largest subgroup found on whose cosets their input from x is constant (95 % of its variance or more); order 1: on none"
        columns={["order of the subgroup", "neurons"]}
        rows={orders.map(([order, count]) => ({ name: order, cells: [whole(count)] }))}
      />
      {found.larger_than_chance !== null && (
        <p class="note">
          The subgroup of a neuron is larger than that of a random function of its representation with probability {percent(found.larger_than_chance)} (ties count half); 50 % is chance.
        </p>
      )}
    </>
  );
}

registerView({
  name: "cosets",
  title: "Representations or cosets?",
  chapter: "circuit",
  order: 20,
  size: "wide",
  isFor: (shown) => (groupNeurons(shown)?.cosets?.trials.length ?? 0) > 0,
  Body: Cosets,
  help:
    "Two explanations compete. One says that a neuron is made of the matrix entries of one representation; the other, that it is constant on the cosets of a subgroup, the equal parts into which the subgroup divides the group. " +
    "Each is tried by leaving a neuron only what the explanation allows. An explanation that allows more functions keeps more, so of those that keep the answers the one with the fewest functions is preferred; cosets count only if the subgroups are larger than those of random functions.",
});
