/** Reads the packed weights; `latebloom.explorer.pack` writes them and describes the format. */

interface Header {
  format: number;
  /** `columns`: how many have a unit of their own; 0 where the tensor has one unit. */
  tensors: { name: string; shape: number[]; columns: number }[];
  checkpoints: Entry[];
}

interface Entry {
  step: number;
  offset: number;
  length: number;
  /** By tensor: the distance between neighbouring codes, before the scales of its columns; null for a tensor of NaN. */
  units: (number | null)[];
  /** By tensor. */
  momenta: number[];
}

export interface Tensor {
  shape: number[];
  data: Float32Array;
}

export type Weights = Record<string, Tensor>;

const FORMAT = 3;

/** Scale of a column whose unit is that of its tensor. */
const MIDDLE = 16;

/** Unpacked weights, and the two checkpoints from which each tensor of the next one is predicted. */
interface Unpacked {
  weights: Weights;
  after: Map<string, Float32Array[]>;
}

/** The checkpoints of a run. They are unpacked from the last to the first, each once, when one is asked for. */
export class Pack {
  private readonly unpacked: Unpacked[] = [];
  private busy: Promise<unknown> = Promise.resolve();

  private constructor(
    private readonly header: Header,
    private readonly streams: Uint8Array,
  ) {}

  static read(bytes: Uint8Array): Pack {
    const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
    const start = 4 + view.getUint32(0, true);
    const header = JSON.parse(new TextDecoder().decode(bytes.subarray(4, start))) as Header;
    if (header.format !== FORMAT) throw new Error(`packed weights: got format ${header.format}, expected ${FORMAT}`);
    return new Pack(header, bytes.subarray(start));
  }

  get steps(): number[] {
    return this.header.checkpoints.map((entry) => entry.step);
  }

  /** The weights of the checkpoint at this index. */
  weights(index: number): Promise<Weights> {
    const last = this.header.checkpoints.length - 1;
    if (!(index >= 0 && index <= last)) return Promise.reject(new Error(`checkpoint: got ${index}, expected 0 to ${last}`));
    const known = this.unpacked[last - index];
    if (known !== undefined) return Promise.resolve(known.weights);
    // One after another, because each needs the one before.
    const made = this.busy.then(() => this.unpackTo(index));
    this.busy = made.catch(() => undefined);
    return made;
  }

  private async unpackTo(index: number): Promise<Weights> {
    const { checkpoints, tensors } = this.header;
    while (checkpoints.length - this.unpacked.length > index) {
      const entry = checkpoints[checkpoints.length - this.unpacked.length - 1]!;
      const stream = await inflate(this.streams.subarray(entry.offset, entry.offset + entry.length));
      const before = this.unpacked.at(-1)?.after ?? new Map<string, Float32Array[]>();
      this.unpacked.push(unpack(entry, tensors, stream, before));
    }
    return this.unpacked[checkpoints.length - 1 - index]!.weights;
  }
}

async function inflate(bytes: Uint8Array): Promise<Uint8Array> {
  const stream = new Blob([bytes as BlobPart]).stream().pipeThrough(new DecompressionStream("deflate-raw"));
  return new Uint8Array(await new Response(stream).arrayBuffer());
}

function unpack(entry: Entry, tensors: Header["tensors"], stream: Uint8Array, before: Map<string, Float32Array[]>): Unpacked {
  const weights: Weights = {};
  const after = new Map(before);
  const planes = stream.subarray(tensors.reduce((sum, { columns }) => sum + columns, 0));
  let [from, scale] = [0, 0];
  tensors.forEach(({ name, shape, columns }, i) => {
    const data = new Float32Array(shape.reduce((product, length) => product * length, 1));
    const [unit, known] = [entry.units[i]!, before.get(name) ?? []];
    if (unit === null) data.fill(NaN);
    else {
      const units = columns === 0 ? [unit] : Array.from(stream.subarray(scale, scale + columns), (one) => unit * 2 ** (MIDDLE - one));
      fill(data, planes, from, Float64Array.from(units), entry.momenta[i]!, known);
      after.set(name, [data, ...known.slice(0, 1)]);
    }
    weights[name] = { shape, data };
    from += data.length;
    scale += columns;
  });
  return { weights, after };
}

/** Codes are predictions plus zigzag-coded differences: low bytes of all weights, then middle bytes, then high bytes. */
function fill(data: Float32Array, planes: Uint8Array, from: number, units: Float64Array, momentum: number, [near, far]: Float32Array[]): void {
  const count = planes.length / 3;
  for (let i = 0, column = 0; i < data.length; i++) {
    const at = from + i;
    const unit = units[column]!;
    if (++column === units.length) column = 0;
    const zigzag = planes[at]! | (planes[count + at]! << 8) | (planes[2 * count + at]! << 16);
    const guess = near === undefined ? 0 : far === undefined ? near[i]! : near[i]! + momentum * (near[i]! - far[i]!);
    data[i] = (Math.floor(guess / unit + 0.5) + ((zigzag >>> 1) ^ -(zigzag & 1))) * unit;
  }
}
