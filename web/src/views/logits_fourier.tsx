/** Which products of waves the logits consist of. */
import { useMemo } from "preact/hooks";
import type { JSX } from "preact";
import { Computed } from "../draw/computed";
import { HeatMap } from "../draw/heatmap";
import { percent } from "../draw/numbers";
import { Switch } from "../draw/switch";
import { basisRows, frequencyOfRow, rowLabel } from "../engine/basis";
import { useQuantity } from "../engine/client";
import { useOnScreen } from "../engine/on_screen";
import { axisName, hasWaves } from "../operands";
import { page } from "../page";
import { registerView } from "../registry";
import { frequency, onlyKeyTerms, toggleFrequency } from "../state";
import "./circuit.css";

/** Labels that fit under the map. */
const MOST_LABELS = 9;

const WAVES = [
  ["keys", "key frequencies"],
  ["all", "all waves"],
] as const;

function LogitsFourier(): JSX.Element {
  const { ref, visible } = useOnScreen();
  const answer = useQuantity("logits-fourier", {}, visible).value;
  return (
    <div ref={ref}>
      <Computed answer={answer}>{({ n, norms }) => <Terms n={n} norms={norms} />}</Computed>
    </div>
  );
}

function Terms({ n, norms }: { n: number; norms: Float64Array }): JSX.Element {
  const keys = page().modular!.key_frequencies;
  const near = onlyKeyTerms.value && keys.length > 0;
  const rows = near ? [0, ...keys.flatMap((k) => basisRows(k, n))] : Array.from({ length: n }, (_, row) => row);
  // Waves in y go down and waves in x to the right, as in a printed matrix.
  const values = useMemo(() => Float64Array.from(rows.flatMap((inY) => rows.map((inX) => norms[inX * n + inY]!))), [norms, near]);
  const top = norms.subarray(1).reduce((most, value) => Math.max(most, value), 0) || 1;
  const lit = frequency.value === null ? -1 : rows.indexOf(basisRows(frequency.value, n)[0]!);
  const ticks = near ? blockTicks(rows) : keys.length > 0 ? [0, ...keys.map((k) => basisRows(k, n)[0]!)] : undefined;
  const pick = (row: number, column: number) => {
    const k = frequencyOfRow(rows[column]!) || frequencyOfRow(rows[row]!);
    if (k > 0) toggleFrequency(k);
  };
  return (
    <>
      {keys.length > 0 && <Switch label="Waves" options={WAVES} value={near ? "keys" : "all"} onChange={(waves) => (onlyKeyTerms.value = waves === "keys")} />}
      <HeatMap
        label="Strength of each product of waves in the logits"
        rows={rows.length}
        columns={rows.length}
        values={values}
        map="sequential"
        range={[0, top]}
        rowName={`wave in ${axisName("y")}`}
        columnName={`wave in ${axisName("x")}`}
        rowLabel={(row) => rowLabel(rows[row]!)}
        columnLabel={(column) => rowLabel(rows[column]!)}
        rowTicks={ticks}
        columnTicks={ticks}
        unit="(norm over all answers)"
        marked={lit < 0 ? null : [lit, lit]}
        onPick={pick}
      />
      <p class="note">{shares(norms, n, keys)}</p>
    </>
  );
}

/** Every row has a label while there is space for it, else one of each frequency. */
function blockTicks(rows: number[]): number[] {
  const all = rows.map((_, at) => at);
  return rows.length <= MOST_LABELS ? all : all.filter((at) => rows[at]! % 2 === 1);
}

/** The energy in products of two waves of one key frequency, and in waves of one operand alone. Python: `FourierMap`. */
function shares(norms: Float64Array, n: number, keys: number[]): string {
  const energy = (i: number, j: number) => norms[i * n + j]! ** 2;
  let total = -energy(0, 0);
  let linear = -2 * energy(0, 0);
  for (let i = 0; i < n; i++) {
    linear += energy(0, i) + energy(i, 0);
    for (let j = 0; j < n; j++) total += energy(i, j);
  }
  if (!(total > 0)) return "The logits are the same for all pairs.";
  const alone = `${percent(linear / total)} in waves of one operand alone`;
  if (keys.length === 0) return `At this step, without the constant, ${alone}. The run has no key frequencies.`;
  const inBlock = (k: number) => basisRows(k, n).reduce((sum, i) => sum + basisRows(k, n).reduce((inner, j) => inner + energy(i, j), 0), 0);
  const products = keys.reduce((sum, k) => sum + inBlock(k), 0);
  return `At this step, without the constant, ${percent(products / total)} of the energy is in products of two waves of one key frequency, and ${alone}.`;
}

registerView({
  name: "logits-fourier",
  title: "The logits, as products of waves",
  chapter: "circuit",
  order: 50,
  isFor: hasWaves,
  Body: LogitsFourier,
  help:
    "Any function of x and y is a sum of products (wave in x) × (wave in y). Each cell shows how strong one product is in the scores of the answers. " +
    "In a model that uses the algorithm, blocks of 2 × 2 equal cells on the diagonal remain: cos cos, cos sin, sin cos and sin sin of one frequency, which together are cos w(x + y) and sin w(x + y). The colour scale leaves out the constant.",
});
