/**
 * One neuron over all pairs, in the 2D Fourier basis, and as a polynomial of waves of one frequency.
 * Python: `latebloom.figures.neuron`, `latebloom.figures.neuron_fourier`, `circuits.modular.neurons.neuron_formula`.
 */
import { basisRows, fourierBasis } from "../basis";
import { modularModel } from "../modular_model";
import { someNeurons } from "../neurons";
import { pass } from "../pass";
import { registerQuantity, type Checkpoint } from "../quantity";
import { transform2d } from "../transform";

export interface NeuronInFull {
  n: number;
  neuron: number;
  /** n × n, x·n + y: after the ReLU. */
  activation: Float32Array;
  /** n × n: on unit-norm waves, wave in x · n + wave in y. */
  coefficients: Float32Array;
  /** Frequency whose terms 1, cos, sin of x and y and their products explain most of the variance. */
  frequency: number;
  /** The share that they explain; null for a neuron that does not vary. */
  fve: number | null;
  /** Terms of that frequency with their amplitudes, for waves of amplitude 1: "1", "cos 5x", "cos 5x sin 5y", … */
  formula: { term: string; value: number }[];
  /** n × n: these terms alone. */
  polynomial: Float64Array;
}

declare module "../quantity" {
  interface Quantities {
    neuron: { args: { neuron: number }; result: NeuronInFull };
  }
}

/** A neuron whose centred energy is below this is dead; as `LIVE_ENERGY` in Python. */
const LIVE_ENERGY = 1e-8;

function neuronInFull(at: Checkpoint, { neuron }: { neuron: number }): NeuronInFull {
  const { n, width } = modularModel(at);
  if (!(neuron >= 0 && neuron < width)) throw new Error(`neuron: got ${neuron}, expected 0 to ${width - 1}`);
  const activation = someNeurons(pass(at).neurons, [neuron]);
  // Around the mean, which would cost a nearly constant neuron its digits.
  const mean = activation.reduce((sum, value) => sum + value, 0) / (n * n);
  const coefficients = transform2d(activation.map((value) => value - mean), n);
  const energy = coefficients.reduce((sum, value) => sum + value * value, 0);
  coefficients[0] = mean * n;
  const inBlock = (k: number) => products(k, n).reduce((sum, [i, j]) => sum + (i || j ? coefficients[i * n + j]! ** 2 : 0), 0);
  let frequency = 1;
  for (let k = 2; 2 * k <= n; k++) if (inBlock(k) > inBlock(frequency)) frequency = k;
  return {
    n,
    neuron,
    activation,
    coefficients,
    frequency,
    fve: energy > LIVE_ENERGY ? inBlock(frequency) / energy : null,
    formula: products(frequency, n).map(([i, j]) => ({ term: termName(i, j, frequency), value: coefficients[i * n + j]! * amplitude(i, n) * amplitude(j, n) })),
    polynomial: onlyProducts(coefficients, frequency, n),
  };
}

/** Rows (wave in x, wave in y) of the block {const, cos k, sin k}². */
function products(k: number, n: number): [number, number][] {
  const rows = [0, ...basisRows(k, n)];
  return rows.flatMap((i) => rows.map((j): [number, number] => [i, j]));
}

/** Amplitude of a unit-norm wave: √(2/n), or √(1/n) for the constant and for the Nyquist wave. */
function amplitude(row: number, n: number): number {
  return Math.sqrt((row === 0 || row === n - 1 && n % 2 === 0 ? 1 : 2) / n);
}

function termName(inX: number, inY: number, k: number): string {
  const wave = (row: number, operand: string) => (row === 0 ? "" : `${row % 2 === 1 ? "cos" : "sin"} ${k}${operand}`);
  return [wave(inX, "x"), wave(inY, "y")].filter(Boolean).join(" ") || "1";
}

function onlyProducts(coefficients: Float32Array, k: number, n: number): Float64Array {
  const basis = fourierBasis(n);
  const sum = new Float64Array(n * n);
  for (const [i, j] of products(k, n))
    for (let x = 0; x < n; x++) {
      const scale = coefficients[i * n + j]! * basis[i * n + x]!;
      for (let y = 0; y < n; y++) sum[x * n + y]! += scale * basis[j * n + y]!;
    }
  return sum;
}

registerQuantity("neuron", neuronInFull);
