/** Which products of waves the logits consist of. */
import { useComputed } from "@preact/signals";
import { useMemo } from "preact/hooks";
import type { JSX } from "preact";
import { Computed } from "../draw/computed";
import { HeatMap } from "../draw/heatmap";
import { percent } from "../draw/numbers";
import { Switch } from "../draw/switch";
import { basisRows, frequencyOfRow, rowLabel } from "../engine/basis";
import { useQuantity } from "../engine/client";
import { useOnScreen } from "../engine/on_screen";
import type { LogitsFourier as Found } from "../engine/quantities/logits_fourier";
import { axisName, hasWaves, positions, seeksFrequencies } from "../operands";
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
  const keys = page().modular!.key_frequencies;
  const wanted = useComputed(() => (onlyKeyTerms.value && page().modular!.key_frequencies.length > 0 ? { rows: [0, ...page().modular!.key_frequencies.flatMap((k) => basisRows(k, positions()))] } : {}));
  const answer = useQuantity("logits-fourier", wanted, visible).value;
  return (
    <div ref={ref}>
      {keys.length > 0 && <Switch label="Waves" options={WAVES} value={onlyKeyTerms.value ? "keys" : "all"} onChange={(waves) => (onlyKeyTerms.value = waves === "keys")} />}
      <Computed answer={answer}>{(found) => <Terms found={found} keys={keys} />}</Computed>
    </div>
  );
}

function Terms({ found, keys }: { found: Found; keys: number[] }): JSX.Element {
  const { n, rows, norms } = found;
  const count = rows.length;
  // Waves in y go down and waves in x to the right, as in a printed matrix.
  const values = useMemo(() => Float64Array.from(norms, (_, i) => norms[(i % count) * count + Math.floor(i / count)]!), [norms]);
  const top = norms.subarray(1).reduce((most, value) => Math.max(most, value), 0) || 1;
  const lit = frequency.value === null ? -1 : rows.indexOf(basisRows(frequency.value, n)[0]!);
  const ticks = count < n ? blockTicks(rows) : keys.length > 0 ? [0, ...keys.map((k) => basisRows(k, n)[0]!)] : undefined;
  const pick = (row: number, column: number) => {
    const k = frequencyOfRow(rows[column]!) || frequencyOfRow(rows[row]!);
    if (k > 0) toggleFrequency(k);
  };
  return (
    <>
      <HeatMap
        label="Strength of each product of waves in the logits"
        rows={count}
        columns={count}
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
      <p class="note">{shares(found, keys)}</p>
    </>
  );
}

/** Every row has a label while there is space for it, else one of each frequency. */
function blockTicks(rows: number[]): number[] {
  const all = rows.map((_, at) => at);
  return rows.length <= MOST_LABELS ? all : all.filter((at) => rows[at]! % 2 === 1);
}

/** The energy in products of two waves of one key frequency, and in waves of one operand alone. Python: `FourierMap`. */
function shares({ n, rows, norms, energy, linear }: Found, keys: number[]): string {
  if (!(energy > 0)) return "The logits are the same for all pairs.";
  const alone = `${percent(linear / energy)} in waves of one operand alone`;
  if (keys.length === 0) return `At this step, without the constant, ${alone}.${seeksFrequencies(page()) ? " The run has no key frequencies." : ""}`;
  const inBlock = (k: number) => {
    const places = basisRows(k, n).map((row) => rows.indexOf(row));
    return places.reduce((sum, i) => sum + places.reduce((inner, j) => inner + norms[i * rows.length + j]! ** 2, 0), 0);
  };
  const products = keys.reduce((sum, k) => sum + inBlock(k), 0);
  return `At this step, without the constant, ${percent(products / energy)} of the energy is in products of two waves of one key frequency, and ${alone}.`;
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
