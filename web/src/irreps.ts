/** What a page of group composition knows about the group's representations. Python: `latebloom.lab.explorer.groups`. */
import { seriesColour, grey } from "./draw/palette";
import { page, type RunPage } from "./page";
import { irrep } from "./state";

/** A real irreducible representation, such as 4a: the first one of dimension 4. */
export interface Irrep {
  name: string;
  dimension: number;
  type: "real" | "complex" | "quaternionic";
  key: boolean;
}

export interface Representations {
  /** The group's usual name; null where it has none. */
  group: string | null;
  order: number;
  abelian: boolean;
  /** All but the trivial one. */
  irreps: Irrep[];
}

export interface Subgroup {
  order: number;
  /** The coset g∘H, and H∘g, of each element g: equal numbers for elements of one coset. */
  left: number[];
  right: number[];
}

/** What an explanation of the neurons keeps of the model's answers. */
export interface Trial {
  name: string;
  functions: number;
  accuracy: number;
  loss: number;
  control_accuracy: number;
  control_loss: number;
}

export interface GroupNeurons {
  /** Of each neuron of the last checkpoint: the representation in whose cluster it is, or null. */
  irrep: (string | null)[];
  live: boolean[];
  /** Share of its variance that its best representation explains. */
  fve: number[];
  subgroups: Subgroup[];
  /** Least share of the variance of an operand's part of the input that the cosets of a neuron's subgroup explain. */
  constant: number;
  /** Places in `subgroups`, by neuron: for its dependence on a, and on b. */
  of_a: number[];
  of_b: number[];
  cosets: { subgroups: Record<string, number>; larger_than_chance: number | null; trials: Trial[]; decides: string | null; reason: string | null } | null;
}

export function representations(shown: RunPage): Representations | null {
  return (shown.extra["representations"] as Representations | undefined) ?? null;
}

export function groupNeurons(shown: RunPage): GroupNeurons | null {
  return (shown.extra["group-neurons"] as GroupNeurons | undefined) ?? null;
}

/** Names of the key representations of the last checkpoint. */
export function keyIrreps(): string[] {
  return (representations(page())?.irreps ?? []).filter(({ key }) => key).map(({ name }) => name);
}

/** The colour of a representation wherever it appears: a key one has one of its own, all others are grey. */
export function irrepColour(name: string): string {
  const at = keyIrreps().indexOf(name);
  return at < 0 ? grey() : seriesColour(at);
}

/** Light a representation up in every view, or put it out where it is lit. */
export function toggleIrrep(name: string): void {
  irrep.value = irrep.value === name ? "" : name;
}
