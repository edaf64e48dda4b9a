/** The waves of the key frequencies over the answers to one pair, their sum, and the model's logits. */
import { useMemo } from "preact/hooks";
import type { JSX } from "preact";
import { FrequencyChip } from "../draw/frequency_chip";
import { percent, shown, whole } from "../draw/numbers";
import { colourOf } from "../draw/palette";
import { Strips, type Strip } from "../draw/strips";
import type { ModelAnswer } from "../engine/quantities/answer";
import { softmaxAt } from "../engine/softmax";
import { axisName, phaseName, positionLabel, seeksFrequencies, valueLabel } from "../operands";
import { page } from "../page";
import { frequency, mutedWaves, readAnswer } from "../state";

/** Points of a wave's line between two answers. */
const FINE = 8;

const WRONG = "#d55e00";

export function AddingUp({ found }: { found: ModelAnswer }): JSX.Element {
  const { n, logits, right, answer, coefficients } = found;
  const keys = coefficients === null || right === null ? [] : page().modular!.key_frequencies;
  const waves = useMemo(() => keys.map((k) => wave(coefficients![k - 1]!, k, right!, n)), [found]);
  const heard = keys.map((k) => !mutedWaves.value.includes(k));
  const sum = Float64Array.from({ length: n }, (_, z) => waves.reduce((total, values, i) => total + (heard[i] ? values[z]! : 0), 0));
  const highest = waves.reduce((most, values) => Math.max(most, largest(values)), 0);
  const top = Math.max(largest(logits), largest(sum));
  const strips: Strip[] = keys.map((k, i) => ({
    name: `k = ${k}`,
    label: <WaveLabel k={k} height={coefficients![k - 1]!} on={heard[i]!} />,
    values: waves[i]!,
    between: wave(coefficients![k - 1]!, k, right!, n, FINE),
    colour: colourOf(k),
    top: highest,
    faint: !heard[i] || (frequency.value !== null && keys.includes(frequency.value) && frequency.value !== k),
  }));
  if (keys.length > 0) strips.push({ name: "Sum of the waves", label: <strong>Sum of the waves</strong>, values: sum, colour: "var(--ink)", top, tall: true });
  strips.push({ name: "Model's logits", label: <strong>The model's logits</strong>, values: logits, colour: "var(--accent)", top, tall: true, ...(keys.length > 0 ? { over: sum } : {}) });
  const z = axisName("z");
  const marks = [];
  if (right !== null) marks.push({ z: right, name: `right answer, ${valueLabel("z", right)}`, colour: "var(--ink)", dashed: true });
  if (answer !== right) marks.push({ z: answer, name: `model's answer, ${valueLabel("z", answer)}`, colour: WRONG });
  return (
    <div>
      {keys.length > 0 && <p class="note">Each wave: height × cos {phaseName()}, for every {z}. Heights are those of the model at this step, over all pairs.</p>}
      <Strips label="Waves over the answers" strips={strips} count={n} zName={z} zLabel={(at) => positionLabel("z", at)} marks={marks} chosen={readAnswer} start={right ?? answer} unit="logits" />
      {keys.length > 0 && right !== null ? <SumSays sum={sum} right={right} /> : <p class="note">{noWaves(found)}</p>}
    </div>
  );
}

function WaveLabel({ k, height, on }: { k: number; height: number; on: boolean }): JSX.Element {
  const toggle = () => (mutedWaves.value = on ? [...mutedWaves.value, k] : mutedWaves.value.filter((other) => other !== k));
  return (
    <span class="wave-label">
      <input type="checkbox" checked={on} onChange={toggle} aria-label={`Wave k = ${k} in the sum`} />
      <FrequencyChip k={k} />
      <span class="height">× {shown(height)}</span>
    </span>
  );
}

/** What the sum alone would answer. */
function SumSays({ sum, right }: { sum: Float64Array; right: number }): JSX.Element {
  const rival = sum.reduce((best, value, z) => (z !== right && (best < 0 || value > sum[best]!) ? z : best), -1);
  const margin = sum[right]! - sum[rival]!;
  if (largest(sum) === 0) return <p class="note">All waves are off: every answer has the same score.</p>;
  return (
    <p class="note">
      In the sum, the right answer is {shown(Math.abs(margin))} logits {margin >= 0 ? "above" : "below"} the best wrong one, {axisName("z")} = {positionLabel("z", rival)}. The waves that are
      switched on, alone, would give the right answer a probability of {percent(softmaxAt(sum, 0, sum.length, right))}.
    </p>
  );
}

function noWaves({ right, coefficients }: ModelAnswer): string {
  if (right === null) return "The operation is not defined for this pair, so no answer is right.";
  if (coefficients === null) return "This task is not an addition in any order of its operands, so there are no waves to add up.";
  if (!seeksFrequencies(page())) return "Key frequencies are not sought in a group's model, so there are no waves to add up.";
  if (page().modular!.explanation === null) return "The key frequencies of this run have not been measured.";
  return `The run has no key frequency at step ${whole(page().run.step)}: there are no waves to add up.`;
}

/** α cos 2πk(right − z)/n over z = 0 … n − 1, `fine` values for each step of z. */
function wave(height: number, k: number, right: number, n: number, fine = 1): Float64Array {
  return Float64Array.from({ length: (n - 1) * fine + 1 }, (_, i) => height * Math.cos((2 * Math.PI * ((k * Math.abs(right - i / fine)) % n)) / n));
}

function largest(values: Float64Array): number {
  return values.reduce((most, value) => Math.max(most, Math.abs(value)), 0);
}
