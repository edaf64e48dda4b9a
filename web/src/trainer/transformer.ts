/**
 * The one-layer transformer of `latebloom.models.transformer`, through tables as in `latebloom.models.tables`: the loss is
 * read at `=`, which never changes, so keys and values depend on (position, token) only, and a pre-activation is a sum
 * of table rows weighted by attention. A table row holds the neurons, then the direct path to the logits.
 */
import { Arena, columnsOf, Products, rowsOf, type Matrix } from "./kernels";
import { BLOCK, LANES, padded, Parameters, type Batch, type Model, type Parameter } from "./model";
import { STREAM, type Settings } from "./settings";

const POSITIONS = 3;

/** As `latebloom.models.tables.arrays.Tables`; also used for their gradients. */
interface Tables {
  /** (2p + 1) × d_model: x at position 0, y at position 1, `=` at position 2. */
  resid: Matrix;
  query: Matrix;
  key: Matrix;
  scores: Matrix;
  values: Matrix;
  read: Matrix;
  fold: Matrix;
  mixed: Matrix;
  base: Matrix;
  wLogit: Matrix;
}

export class Transformer implements Model {
  readonly parameters: Parameters;
  private readonly products: Products;
  private readonly tables: Tables;
  private readonly slopes: Tables;
  private readonly active: Matrix;
  private readonly back: Matrix;
  private readonly logits: Matrix;
  private readonly attention: Matrix;
  private readonly rows: number;
  private readonly answers: number;
  private readonly width: number;

  constructor(
    private readonly arena: Arena,
    private readonly settings: Settings,
  ) {
    const { p, width: neurons } = settings;
    this.answers = padded(p);
    this.width = neurons + this.answers;
    this.parameters = new Parameters(arena, parameterList(settings));
    this.products = new Products(arena, Math.max(STREAM.d_model, neurons) * Math.max(this.width, 2 * p + LANES));
    this.tables = newTables(arena, p, neurons, this.answers);
    this.slopes = newTables(arena, p, neurons, this.answers);
    this.active = arena.matrix(BLOCK, this.width);
    this.back = arena.matrix(BLOCK, this.width);
    this.logits = arena.matrix(BLOCK, this.answers);
    this.attention = arena.matrix(BLOCK, POSITIONS * STREAM.heads);
    this.rows = arena.allocate(4 * POSITIONS * BLOCK);
  }

  pass(batch: Batch, learn: boolean): void {
    this.build();
    if (learn) for (const table of [this.slopes.scores, this.slopes.mixed, this.slopes.base, this.slopes.wLogit]) this.arena.clear(table);
    for (let from = 0; from < batch.count; from += BLOCK) {
      const count = Math.min(BLOCK, batch.count - from);
      this.forward(batch, from, count, learn);
      if (learn) this.backward(count);
    }
    if (learn) this.buildBackward();
  }

  private weight(name: keyof typeof NAMES): Matrix {
    return this.parameters.weight(NAMES[name]);
  }

  private slope(name: keyof typeof NAMES): Matrix {
    return this.parameters.slope(NAMES[name]);
  }

  private build(): void {
    const { tables, products } = this;
    const neurons = this.settings.width;
    this.copyRows(this.weight("W_in"), tables.read, 0);
    this.copyRows(this.weight("W_U"), tables.read, neurons);
    this.embed();
    const last = this.last(tables);
    this.copyRows(rowMatrix(this.weight("b_in")), tables.base, 0);
    products.plain(rowMatrix(this.weight("b_out")), this.weight("W_U"), columnsOf(tables.base, neurons, this.answers));
    products.plain(last, tables.read, tables.base, true);
    products.plain(this.weight("W_out"), this.weight("W_U"), tables.wLogit);
    for (let h = 0; h < STREAM.heads; h++) {
      this.buildScores(h);
      const values = headOf(tables.values, h, tables.resid.rows);
      const fold = headOf(tables.fold, h, STREAM.d_head);
      products.plain(tables.resid, headOf(this.weight("W_V"), h, STREAM.d_model), values);
      products.plain(headOf(this.weight("W_O"), h, STREAM.d_head), tables.read, fold);
      products.plain(values, fold, this.mixedOf(tables, h));
    }
    products.transposedRight(tables.resid, tables.key, tables.scores);
  }

  private buildScores(h: number): void {
    const { tables, products } = this;
    const query = rowsOf(tables.query, h, 1);
    products.plain(this.last(tables), headOf(this.weight("W_Q"), h, STREAM.d_model), query);
    this.scale(query);
    products.transposedRight(query, headOf(this.weight("W_K"), h, STREAM.d_model), rowsOf(tables.key, h, 1));
  }

  private scale(query: Matrix): void {
    const factor = STREAM.d_head ** -0.5;
    const values = this.arena.floats(query.at, query.columns);
    for (let i = 0; i < values.length; i++) values[i] = values[i]! * factor;
  }

  private embed(): void {
    const { p } = this.settings;
    const { resid } = this.tables;
    const tokens = this.weight("W_E");
    const places = this.weight("W_pos");
    this.copyRows(rowsOf(tokens, 0, p), rowsOf(resid, 0, p), 0);
    this.copyRows(rowsOf(tokens, 0, p), rowsOf(resid, p, p), 0);
    this.copyRows(rowsOf(tokens, p, 1), rowsOf(resid, 2 * p, 1), 0);
    const { kernels } = this.arena;
    [p, p, 1].forEach((count, position) => kernels.addRow(rowsOf(places, position, 1).at, rowsOf(resid, position * p, count).at, resid.stride, count, resid.columns));
  }

  private forward(batch: Batch, from: number, count: number, learn: boolean): void {
    const { arena, products } = this;
    const neurons = this.settings.width;
    this.attend(batch, from, count);
    const active = rowsOf(this.active, 0, count);
    const logits = rowsOf(this.logits, 0, count);
    this.copyRows(columnsOf(active, neurons, this.answers), logits, 0);
    products.plain(columnsOf(active, 0, neurons), this.tables.wLogit, logits, true);
    arena.kernels.crossEntropy(logits.at, logits.stride, batch.labels + 4 * from, batch.losses + 8 * from, batch.answers + 4 * from, count, this.settings.p, learn ? 1 / batch.count : 0);
  }

  private attend(batch: Batch, from: number, count: number): void {
    const { arena, tables } = this;
    const { p, width: neurons } = this.settings;
    const x = arena.wholes(batch.x + 4 * from, count);
    const y = arena.wholes(batch.y + 4 * from, count);
    const rows = arena.wholes(this.rows, POSITIONS * count);
    for (let e = 0; e < count; e++) rows.set([x[e]!, p + y[e]!, 2 * p], POSITIONS * e);
    arena.kernels.attendForward(tables.scores.at, tables.mixed.at, tables.base.at, this.rows, this.attention.at, this.active.at, count, STREAM.heads, this.width, neurons);
  }

  private backward(count: number): void {
    const { arena, products, tables, slopes } = this;
    const neurons = this.settings.width;
    const logits = rowsOf(this.logits, 0, count);
    const active = rowsOf(this.active, 0, count);
    const back = rowsOf(this.back, 0, count);
    products.transposedLeft(columnsOf(active, 0, neurons), logits, slopes.wLogit, true);
    products.transposedRight(logits, tables.wLogit, columnsOf(back, 0, neurons));
    this.copyRows(logits, back, neurons);
    arena.kernels.attendBackward(tables.mixed.at, this.rows, this.attention.at, active.at, back.at, slopes.scores.at, slopes.mixed.at, slopes.base.at, count, STREAM.heads, this.width, neurons);
  }

  private buildBackward(): void {
    const { arena, products, tables, slopes } = this;
    const neurons = this.settings.width;
    const direct = (matrix: Matrix): Matrix => columnsOf(matrix, neurons, this.answers);
    arena.clear(slopes.resid);
    this.copyRows(columnsOf(slopes.base, 0, neurons), rowMatrix(this.slope("b_in")), 0);
    products.transposedRight(direct(slopes.base), this.weight("W_U"), rowMatrix(this.slope("b_out")));
    products.transposedRight(slopes.base, tables.read, this.last(slopes), true);
    products.transposedLeft(this.last(tables), slopes.base, slopes.read);
    products.transposedLeft(rowMatrix(this.weight("b_out")), direct(slopes.base), direct(slopes.read), true);
    products.transposedRight(slopes.wLogit, this.weight("W_U"), this.slope("W_out"));
    products.transposedLeft(this.weight("W_out"), slopes.wLogit, direct(slopes.read), true);
    for (let h = 0; h < STREAM.heads; h++) this.headBackward(h);
    this.scoresBackward();
    this.copyRows(columnsOf(slopes.read, 0, neurons), this.slope("W_in"), 0);
    this.copyRows(direct(slopes.read), this.slope("W_U"), 0);
    this.embedBackward();
  }

  private headBackward(h: number): void {
    const { products, tables, slopes } = this;
    const mixed = this.mixedOf(slopes, h);
    const values = headOf(slopes.values, h, tables.resid.rows);
    const fold = headOf(slopes.fold, h, STREAM.d_head);
    products.transposedRight(mixed, headOf(tables.fold, h, STREAM.d_head), values);
    products.transposedLeft(headOf(tables.values, h, tables.resid.rows), mixed, fold);
    products.transposedLeft(tables.resid, values, headOf(this.slope("W_V"), h, STREAM.d_model));
    products.transposedRight(values, headOf(this.weight("W_V"), h, STREAM.d_model), slopes.resid, true);
    products.transposedRight(fold, tables.read, headOf(this.slope("W_O"), h, STREAM.d_head));
    products.transposedLeft(headOf(this.weight("W_O"), h, STREAM.d_head), fold, slopes.read, true);
  }

  private scoresBackward(): void {
    const { products, tables, slopes } = this;
    products.plain(slopes.scores, tables.key, slopes.resid, true);
    products.transposedLeft(slopes.scores, tables.resid, slopes.key);
    for (let h = 0; h < STREAM.heads; h++) {
      const query = rowsOf(slopes.query, h, 1);
      const key = rowsOf(slopes.key, h, 1);
      products.plain(key, headOf(this.weight("W_K"), h, STREAM.d_model), query);
      products.transposedLeft(key, rowsOf(tables.query, h, 1), headOf(this.slope("W_K"), h, STREAM.d_model));
      this.scale(query);
      products.transposedLeft(this.last(tables), query, headOf(this.slope("W_Q"), h, STREAM.d_model));
      products.transposedRight(query, headOf(this.weight("W_Q"), h, STREAM.d_model), this.last(slopes), true);
    }
  }

  private embedBackward(): void {
    const { p } = this.settings;
    const { kernels } = this.arena;
    const tokens = this.slope("W_E");
    const places = this.slope("W_pos");
    const { resid } = this.slopes;
    for (let row = 0; row < resid.rows; row++) {
      const position = Math.floor(row / p);
      const from = rowsOf(resid, row, 1).at;
      kernels.add(from, rowsOf(tokens, position === 2 ? p : row % p, 1).at, resid.columns);
      kernels.add(from, rowsOf(places, position, 1).at, resid.columns);
    }
  }

  /** The row of `=`. */
  private last(tables: Tables): Matrix {
    return rowsOf(tables.resid, 2 * this.settings.p, 1);
  }

  /** A head's part of the (row, head) table, whose heads alternate. */
  private mixedOf(tables: Tables, h: number): Matrix {
    const { mixed, resid } = tables;
    return { at: mixed.at + 4 * h * this.width, rows: resid.rows, columns: this.width, stride: STREAM.heads * this.width };
  }

  private copyRows(from: Matrix, to: Matrix, column: number): void {
    this.arena.kernels.copyRows(from.at, from.stride, to.at + 4 * column, to.stride, from.rows, from.columns);
  }
}

/** Rows of one head in a tensor whose first axis is the head. */
function headOf(matrix: Matrix, h: number, rows: number): Matrix {
  return rowsOf(matrix, h * rows, rows);
}

/** A vector as a matrix with one row. */
function rowMatrix(vector: Matrix): Matrix {
  return { ...vector, rows: 1 };
}

const NAMES = {
  W_E: "embed.W_E",
  W_pos: "pos_embed.W_pos",
  W_Q: "blocks.0.attn.W_Q",
  W_K: "blocks.0.attn.W_K",
  W_V: "blocks.0.attn.W_V",
  W_O: "blocks.0.attn.W_O",
  W_in: "blocks.0.mlp.W_in",
  b_in: "blocks.0.mlp.b_in",
  W_out: "blocks.0.mlp.W_out",
  b_out: "blocks.0.mlp.b_out",
  W_U: "unembed.W_U",
} as const;

function parameterList({ p, width }: Settings): Parameter[] {
  const { d_model, heads, d_head } = STREAM;
  const deviation = d_model ** -0.5;
  return [
    { name: NAMES.W_E, shape: [p + 1, d_model], deviation },
    { name: NAMES.W_pos, shape: [POSITIONS, d_model], deviation },
    { name: NAMES.W_Q, shape: [heads, d_model, d_head], deviation },
    { name: NAMES.W_K, shape: [heads, d_model, d_head], deviation },
    { name: NAMES.W_V, shape: [heads, d_model, d_head], deviation },
    { name: NAMES.W_O, shape: [heads, d_head, d_model], deviation },
    { name: NAMES.W_in, shape: [d_model, width], deviation },
    { name: NAMES.b_in, shape: [width], deviation: 0 },
    { name: NAMES.W_out, shape: [width, d_model], deviation },
    { name: NAMES.b_out, shape: [d_model], deviation: 0 },
    { name: NAMES.W_U, shape: [d_model, p], deviation: (p + 1) ** -0.5 },
  ];
}

function newTables(arena: Arena, p: number, neurons: number, answers: number): Tables {
  const { d_model, heads, d_head } = STREAM;
  const rows = 2 * p + 1;
  const width = neurons + answers;
  return {
    resid: arena.matrix(rows, d_model),
    query: arena.matrix(heads, d_head),
    key: arena.matrix(heads, d_model),
    scores: arena.matrix(rows, heads),
    values: arena.matrix(heads * rows, d_head),
    read: arena.matrix(d_model, width),
    fold: arena.matrix(heads * d_head, width),
    mixed: arena.matrix(rows * heads, width),
    base: arena.matrix(1, width),
    wLogit: arena.matrix(neurons, answers),
  };
}
