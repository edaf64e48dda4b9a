/**
 * The MLP of `latebloom.models.mlp`: ReLU(W_in[x] + W_in[y] + b_in) W_out + b_out. With one-hot inputs the hidden layer is
 * a sum of two table rows, so the dense work is neurons × W_out, forward and twice backward.
 */
import { Arena, Products, rowsOf, type Matrix } from "./kernels";
import { BLOCK, padded, Parameters, type Batch, type Model } from "./model";
import type { Settings } from "./settings";

export class Mlp implements Model {
  readonly parameters: Parameters;
  private readonly products: Products;
  private readonly active: Matrix;
  private readonly back: Matrix;
  private readonly logits: Matrix;

  constructor(
    private readonly arena: Arena,
    private readonly settings: Settings,
  ) {
    const { p, width } = settings;
    const deviation = width ** -0.5;
    this.parameters = new Parameters(arena, [
      { name: "mlp.W_in", shape: [p, width], deviation },
      { name: "mlp.b_in", shape: [width], deviation: 0 },
      { name: "mlp.W_out", shape: [width, p], deviation },
      { name: "mlp.b_out", shape: [p], deviation: 0 },
    ]);
    this.products = new Products(arena, width * padded(p));
    this.active = arena.matrix(BLOCK, width);
    this.back = arena.matrix(BLOCK, width);
    this.logits = arena.matrix(BLOCK, padded(p));
  }

  pass(batch: Batch, learn: boolean): void {
    for (let from = 0; from < batch.count; from += BLOCK) {
      const count = Math.min(BLOCK, batch.count - from);
      this.forward(batch, from, count, learn);
      if (learn) this.backward(batch, from, count);
    }
  }

  private forward(batch: Batch, from: number, count: number, learn: boolean): void {
    const { parameters, arena } = this;
    const logits = rowsOf(this.logits, 0, count);
    this.hidden(batch, from, count);
    this.products.plain(rowsOf(this.active, 0, count), parameters.weight("mlp.W_out"), logits);
    arena.kernels.addRow(parameters.weight("mlp.b_out").at, logits.at, logits.stride, count, logits.columns);
    arena.kernels.crossEntropy(logits.at, logits.stride, batch.labels + 4 * from, batch.losses + 8 * from, batch.answers + 4 * from, count, this.settings.p, learn ? 1 / batch.count : 0);
  }

  private hidden(batch: Batch, from: number, count: number): void {
    const { parameters } = this;
    this.arena.kernels.pairsForward(parameters.weight("mlp.W_in").at, parameters.weight("mlp.b_in").at, batch.x + 4 * from, batch.y + 4 * from, this.active.at, count, this.settings.width);
  }

  private backward(batch: Batch, from: number, count: number): void {
    const { parameters, arena } = this;
    const logits = rowsOf(this.logits, 0, count);
    const active = rowsOf(this.active, 0, count);
    const back = rowsOf(this.back, 0, count);
    arena.kernels.sumRows(logits.at, logits.stride, parameters.slope("mlp.b_out").at, count, logits.columns);
    this.products.transposedLeft(active, logits, parameters.slope("mlp.W_out"), true);
    this.products.transposedRight(logits, parameters.weight("mlp.W_out"), back);
    arena.kernels.pairsBackward(back.at, active.at, batch.x + 4 * from, batch.y + 4 * from, parameters.slope("mlp.W_in").at, parameters.slope("mlp.b_in").at, count, this.settings.width);
  }
}
