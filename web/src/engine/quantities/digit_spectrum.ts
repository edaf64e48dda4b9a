/** Shares of the ten digits' embedding by frequency, its constant apart. Python: `latebloom.circuits.digits.digit_spectrum`. */
import { cosine, sine } from "../fourier";
import { registerQuantity } from "../quantity";
import { named } from "../sequence";

declare module "../quantity" {
  interface Quantities {
    /** `fraction`: of frequencies 1 … 5, which add up to 1; null where all digits have the same embedding. */
    "digit-spectrum": { args: Record<string, never>; result: { frequencies: number[]; fraction: Float64Array | null } };
  }
}

const BASE = 10;

registerQuantity("digit-spectrum", (at) => {
  const { data, shape } = named(at, "embed.W_E");
  const width = shape[1]!;
  const along = (wave: Float64Array) => {
    let energy = 0;
    for (let d = 0; d < width; d++) {
      let sum = 0;
      for (let digit = 0; digit < BASE; digit++) sum += wave[digit]! * data[digit * width + d]!;
      energy += sum * sum;
    }
    return energy;
  };
  const frequencies = Array.from({ length: BASE / 2 }, (_, i) => i + 1);
  const energies = frequencies.map((k) => along(cosine(k, BASE)) + (2 * k === BASE ? 0 : along(sine(k, BASE))));
  const total = energies.reduce((sum, energy) => sum + energy, 0);
  return { frequencies, fraction: total > 0 ? Float64Array.from(energies, (energy) => energy / total) : null };
});
