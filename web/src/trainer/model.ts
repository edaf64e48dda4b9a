/** What every model of the trainer has: weights in one flat buffer, laid out as kernels want them, and named as in Python. */
import type { Weights } from "../engine/pack";
import { Arena, type Matrix } from "./kernels";
import { normals, Twister } from "./twister";

/** Examples in the kernels' memory: int32 operands and labels, and the results of a pass over them. */
export interface Batch {
  count: number;
  x: number;
  y: number;
  labels: number;
  /** float64, nats. */
  losses: number;
  /** int32: the highest logit. */
  answers: number;
}

export interface Model {
  parameters: Parameters;
  /** Losses and answers of a batch; where `learn` the gradient of the mean loss is added to `parameters.slopes` too. */
  pass(batch: Batch, learn: boolean): void;
}

export interface Parameter {
  name: string;
  shape: number[];
  /** Standard deviation of the initial weights; 0: zeros. */
  deviation: number;
}

/** Examples that a pass takes at once: few enough for their arrays to stay in the processor's cache. */
export const BLOCK = 128;

/** Widths of matrices are multiples of this. */
export const LANES = 4;

export function padded(width: number): number {
  return Math.ceil(width / LANES) * LANES;
}

/**
 * Weights, gradients and Adam's two moments of a model: four flat buffers with rows padded to `LANES`. Padding holds
 * zeros, has no gradient and therefore stays zero.
 */
export class Parameters {
  /** Numbers in each buffer. */
  readonly size: number;
  readonly weights: number;
  readonly slopes: number;
  readonly first: number;
  readonly second: number;
  private readonly places: Map<string, number>;

  constructor(
    private readonly arena: Arena,
    readonly list: Parameter[],
  ) {
    this.places = new Map();
    let size = 0;
    for (const { name, shape } of list) {
      this.places.set(name, size);
      size += rowCount(shape) * padded(shape[shape.length - 1]!);
    }
    this.size = size;
    [this.weights, this.slopes, this.first, this.second] = [0, 1, 2, 3].map(() => arena.allocate(4 * size)) as [number, number, number, number];
  }

  /** Fill with the initial weights of this seed, drawn in the order of the list. */
  initialise(seed: number): void {
    const twister = new Twister(seed);
    for (const parameter of this.list) {
      if (parameter.deviation === 0) continue;
      const values = normals(twister, parameter.shape.reduce((product, length) => product * length, 1), parameter.deviation);
      const width = parameter.shape[parameter.shape.length - 1]!;
      const { at, rows, stride } = this.weight(parameter.name);
      const target = this.arena.floats(at, rows * stride);
      for (let r = 0; r < rows; r++) target.set(values.subarray(r * width, (r + 1) * width), r * stride);
    }
  }

  /** A weight tensor as a matrix: all axes but the last are its rows. */
  weight(name: string): Matrix {
    return this.matrix(this.weights, name);
  }

  /** The gradient of a weight tensor. */
  slope(name: string): Matrix {
    return this.matrix(this.slopes, name);
  }

  private matrix(buffer: number, name: string): Matrix {
    const { shape } = this.list.find((parameter) => parameter.name === name)!;
    const columns = padded(shape[shape.length - 1]!);
    return { at: buffer + 4 * this.places.get(name)!, rows: rowCount(shape), columns, stride: columns };
  }

  /** Copies of all weights, by name and without padding, as the engine of the views reads them. */
  copied(): Weights {
    const entries = this.list.map(({ name, shape }) => {
      const width = shape[shape.length - 1]!;
      const { at, rows, stride } = this.weight(name);
      const source = this.arena.floats(at, rows * stride);
      const data = new Float32Array(rows * width);
      for (let r = 0; r < rows; r++) data.set(source.subarray(r * stride, r * stride + width), r * width);
      return [name, { shape, data }] as const;
    });
    return Object.fromEntries(entries);
  }

  /** Σ w², the size of the weights. */
  sumSquared(): number {
    let sum = 0;
    for (const weight of this.arena.floats(this.weights, this.size)) sum += weight * weight;
    return sum;
  }
}

function rowCount(shape: number[]): number {
  return shape.slice(0, -1).reduce((product, length) => product * length, 1);
}
