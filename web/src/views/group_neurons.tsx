/** The neurons of a group's model by representation, and one of them in the order of the cosets of its subgroups. */
import type { JSX } from "preact";
import { percent } from "../draw/numbers";
import { groupNeurons, irrepColour, keyIrreps, toggleIrrep, type GroupNeurons } from "../irreps";
import { page } from "../page";
import { registerView } from "../registry";
import { irrep, neuron } from "../state";
import "./circuit.css";
import { CosetMap } from "./coset_map";
import { NeuronGroup } from "./neuron_group";

interface Group {
  /** Null for neurons in no cluster. */
  irrep: string | null;
  /** The best explained first. */
  neurons: number[];
}

function GroupNeurons(): JSX.Element {
  const found = groupNeurons(page())!;
  const groups = grouped(found);
  const first = groups[0]?.neurons[0];
  if (first === undefined) return <p class="note">No neuron varies over the pairs at the last step.</p>;
  const shown = neuron.value !== null && found.live[neuron.value] ? neuron.value : first;
  const silent = found.live.filter((one) => !one).length;
  return (
    <>
      <CosetMap number={shown} neurons={found} />
      {silent > 0 && (
        <p class="note">
          {silent} {silent === 1 ? "neuron is" : "neurons are"} constant over all pairs at the last step and not drawn.
        </p>
      )}
      {groups.map(({ irrep: one, neurons }) => (
        <NeuronGroup key={one ?? ""} neurons={neurons} name={one === null ? "In no cluster" : `Representation ${one}`} enlarged={shown} describe={(number) => described(found, number)}>
          {one === null ? <strong>In no cluster</strong> : <IrrepChip name={one} />} {neurons.length} {neurons.length === 1 ? "neuron" : "neurons"}
        </NeuronGroup>
      ))}
    </>
  );
}

function IrrepChip({ name }: { name: string }): JSX.Element {
  return (
    <button type="button" class="chip" aria-pressed={irrep.value === name} style={{ borderColor: irrepColour(name) }} onClick={() => toggleIrrep(name)}>
      <span class="dot" style={{ background: irrepColour(name) }} /> {name}
    </button>
  );
}

/** Key representations first, then the larger clusters; last the neurons in no cluster. */
function grouped({ irrep: of, live, fve }: GroupNeurons): Group[] {
  const keys = keyIrreps();
  const members = (name: string | null) => live.flatMap((isLive, one) => (isLive && of[one] === name ? [one] : [])).sort((a, b) => fve[b]! - fve[a]!);
  const names = [...new Set(of.filter((name) => name !== null))];
  const groups = names.map((name): Group => ({ irrep: name, neurons: members(name) }));
  groups.sort((a, b) => Number(b.irrep === irrep.value) - Number(a.irrep === irrep.value) || Number(keys.includes(b.irrep!)) - Number(keys.includes(a.irrep!)) || b.neurons.length - a.neurons.length);
  return [...groups, { irrep: null, neurons: members(null) }].filter(({ neurons }) => neurons.length > 0);
}

function described({ irrep: of, fve, subgroups, of_a }: GroupNeurons, one: number): string {
  const order = subgroups[of_a[one]!]!.order;
  return `Neuron ${one}: ${of[one] === null ? "its best representation" : of[one]} explains ${percent(fve[one]!)}; subgroup of order ${order}`;
}

registerView({
  name: "group-neurons",
  title: "Neurons by representation and coset",
  chapter: "circuit",
  order: 10,
  size: "wide",
  isFor: (shown) => shown.modular !== null && groupNeurons(shown) !== null,
  Body: GroupNeurons,
  help:
    "There is one picture for each neuron, one cell for each pair of elements: x to the right, y upwards. A neuron is in the cluster of a representation if functions of x and of y in it explain more than 85 % of its variance at the last step. " +
    "The elements' numbers mean nothing, so the pictures look like noise; sorted by the cosets of a subgroup, a neuron that is constant on them shows equal blocks.",
});
