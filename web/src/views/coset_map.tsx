/** One neuron of a group's model over all pairs: by the elements' numbers, by cosets of its subgroups, and their means. */
import { useComputed, useSignal } from "@preact/signals";
import type { JSX } from "preact";
import { useEffect, useMemo } from "preact/hooks";
import { Computed } from "../draw/computed";
import { HeatMap } from "../draw/heatmap";
import { percent } from "../draw/numbers";
import { PairMap } from "../draw/pair_map";
import { useQuantity } from "../engine/client";
import { useOnScreen } from "../engine/on_screen";
import type { GroupNeurons, Subgroup } from "../irreps";
import { isNatural, valueAt } from "../operands";
import { page } from "../page";

export function CosetMap({ number, neurons }: { number: number; neurons: GroupNeurons }): JSX.Element {
  const { ref, visible } = useOnScreen();
  const wanted = useSignal(number);
  useEffect(() => void (wanted.value = number), [number]);
  const answer = useQuantity("neuron", useComputed(() => ({ neuron: wanted.value })), visible).value;
  return (
    <section class="enlarged" ref={ref} aria-label={`Neuron ${number}`}>
      <Computed answer={answer}>{({ neuron, n, activation }) => <InFull neuron={neuron} n={n} activation={activation} neurons={neurons} />}</Computed>
    </section>
  );
}

function InFull({ neuron, n, activation, neurons }: { neuron: number; n: number; activation: Float32Array; neurons: GroupNeurons }): JSX.Element {
  const a = neurons.subgroups[neurons.of_a[neuron]!]!;
  const b = neurons.subgroups[neurons.of_b[neuron]!]!;
  const most = activation.reduce((top, value) => Math.max(top, value), 0) || 1;
  const { x, y } = page().modular!.order;
  // Activations are by position, cosets by element.
  const sorted = useMemo(() => byCoset(activation, n, x.map((element) => a.left[element]!), y.map((element) => b.right[element]!)), [activation, a, b]);
  const cosets = a.order > 1 || b.order > 1;
  return (
    <>
      <h4>
        Neuron {neuron}: {neurons.irrep[neuron] === null ? "in no cluster" : `representation ${neurons.irrep[neuron]}`} at the last step
      </h4>
      <p class="formula">{said(a, b, neurons.constant, sorted.explained)}</p>
      <div class="pair-maps">
        <figure>
          <PairMap label={`Neuron ${neuron}`} values={activation} map="sequential" range={[0, most]} unit="activation" />
          <figcaption>{isNatural("x") && isNatural("y") ? "By the numbers of the elements, which mean nothing" : "In the order in which the group is an addition"}</figcaption>
        </figure>
        {cosets && (
          <figure>
            <HeatMap
              label={`Neuron ${neuron} by cosets`}
              rows={n}
              columns={n}
              values={sorted.values}
              map="sequential"
              range={[0, most]}
              rowName="y by coset"
              columnName="x by coset"
              rowLabel={(row) => String(valueAt("y", sorted.b[n - 1 - row]!))}
              columnLabel={(column) => String(valueAt("x", sorted.a[column]!))}
              rowTicks={[]}
              columnTicks={[]}
              unit="activation"
            />
            <figcaption>
              The same, sorted: x by the {n / a.order} cosets x∘H, y by the {n / b.order} cosets H′∘y
            </figcaption>
          </figure>
        )}
        {cosets && (
          <figure>
            <HeatMap
              label={`Neuron ${neuron}: means over pairs of cosets`}
              rows={n / b.order}
              columns={n / a.order}
              values={sorted.means}
              map="sequential"
              range={[0, most]}
              rowName="coset of y"
              columnName="coset of x"
              aspect={1}
              unit="mean activation"
            />
            <figcaption>Means over each pair of cosets, on the same scale</figcaption>
          </figure>
        )}
      </div>
    </>
  );
}

function said(a: Subgroup, b: Subgroup, constant: number, explained: number | null): string {
  if (a.order === 1 && b.order === 1) return `At the last step no subgroup but the trivial one was found whose cosets explain at least ${percent(constant)} of the variance of an operand's part of its input.`;
  const orders = a.order === b.order ? `a subgroup of order ${a.order} for each operand` : `subgroups of order ${a.order} (for x) and ${b.order} (for y)`;
  const share = explained === null ? "The neuron is constant over all pairs at this step." : `The means over pairs of cosets explain ${percent(explained)} of its variance at this step.`;
  return `At the last step the cosets of ${orders} explain at least ${percent(constant)} of the variance of that operand's part of its input. ${share}`;
}

interface Sorted {
  /** Positions in the order of their cosets. */
  a: number[];
  b: number[];
  /** n × n, b upwards and a to the right. */
  values: Float32Array;
  /** One mean for each pair of cosets, likewise. */
  means: Float32Array;
  /** Share of the variance between the pairs of cosets; null where nothing varies. */
  explained: number | null;
}

/** Activations by position, sorted by labels of the positions of x and of y. */
function byCoset(activation: Float32Array, n: number, left: number[], right: number[]): Sorted {
  const [a, b] = [left, right].map((label) => label.map((_, i) => i).sort((i, j) => label[i]! - label[j]! || i - j)) as [number[], number[]];
  const values = Float32Array.from({ length: n * n }, (_, i) => activation[a[i % n]! * n + b[n - 1 - Math.floor(i / n)]!]!);
  const [ofA, ofB] = [left, right].map(places) as [number[], number[]];
  const [columns, rows] = [Math.max(...ofA) + 1, Math.max(...ofB) + 1];
  const means = new Float32Array(rows * columns);
  const each = (n * n) / (rows * columns);
  const cell = (x: number, y: number) => (rows - 1 - ofB[y]!) * columns + ofA[x]!;
  for (let x = 0; x < n; x++) for (let y = 0; y < n; y++) means[cell(x, y)]! += activation[x * n + y]! / each;
  const mean = activation.reduce((sum, value) => sum + value, 0) / (n * n);
  const total = activation.reduce((sum, value) => sum + (value - mean) ** 2, 0);
  const between = means.reduce((sum, value) => sum + each * (value - mean) ** 2, 0);
  return { a, b, values, means, explained: total > 1e-8 ? Math.min(1, between / total) : null };
}

/** Labels counted from 0, in the order of the labels. */
function places(label: number[]): number[] {
  const distinct = [...new Set(label)].sort((i, j) => i - j);
  return label.map((one) => distinct.indexOf(one));
}
