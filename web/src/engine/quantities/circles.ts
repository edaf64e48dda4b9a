/**
 * The operands in the plane of the embedding's directions of cos and sin at a frequency, a circle if the plane holds
 * that wave alone. Python: `embedding.embedding_norms` has the directions, and `embedding.circularity` the share.
 */
import { embeddingWave } from "../embedding_waves";
import { cosine, sine } from "../fourier";
import { modularModel } from "../modular_model";
import type { Tensor } from "../pack";
import { registerQuantity, type Checkpoint } from "../quantity";

export interface Plane {
  k: number;
  /** n × 2: centred embedding along the unit directions of cos and sin. */
  points: Float64Array;
  /** Share of the points' variance that is at this frequency; null where they do not vary. */
  share: number | null;
}

declare module "../quantity" {
  interface Quantities {
    circles: { args: { ks: number[] }; result: Plane[] };
  }
}

function circles(at: Checkpoint, { ks }: { ks: number[] }): Plane[] {
  const { embedding } = modularModel(at);
  return ks.map((k) => {
    const points = projected(embedding, [unit(embeddingWave(embedding, "cos", k)), unit(embeddingWave(embedding, "sin", k))]);
    return { k, points, share: shareAt(points, k) };
  });
}

function unit(direction: Float64Array): Float64Array {
  const length = Math.hypot(...direction);
  return length > 0 ? direction.map((value) => value / length) : direction;
}

function projected({ shape, data }: Tensor, directions: [Float64Array, Float64Array]): Float64Array {
  const [n, width] = shape as [number, number];
  const points = new Float64Array(2 * n);
  directions.forEach((direction, axis) => {
    let mean = 0;
    for (let x = 0; x < n; x++) {
      let value = 0;
      for (let d = 0; d < width; d++) value += direction[d]! * data[x * width + d]!;
      points[2 * x + axis] = value;
      mean += value / n;
    }
    for (let x = 0; x < n; x++) points[2 * x + axis]! -= mean;
  });
  return points;
}

/** Energy of both coordinates on the cos and sin of k, over all energy. */
function shareAt(points: Float64Array, k: number): number | null {
  const n = points.length / 2;
  const waves = 2 * k === n ? [cosine(k, n)] : [cosine(k, n), sine(k, n)];
  const total = points.reduce((sum, value) => sum + value * value, 0);
  let own = 0;
  for (const wave of waves)
    for (const axis of [0, 1]) {
      let along = 0;
      for (let x = 0; x < n; x++) along += wave[x]! * points[2 * x + axis]!;
      own += along * along;
    }
  return total > 0 ? own / total : null;
}

registerQuantity("circles", circles);
