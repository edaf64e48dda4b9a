/** Reads the packed weights; `latebloom.explorer.pack` writes them and describes the format. */

export interface TensorEntry {
  name: string;
  shape: number[];
  /** Distance between neighbouring codes, in units of the weight. */
  unit: number;
}

interface Header {
  format: number;
  tensors: TensorEntry[];
  checkpoints: { step: number; offset: number; length: number }[];
}

export interface Tensor {
  shape: number[];
  data: Float32Array;
}

export type Weights = Record<string, Tensor>;

/** The checkpoints of a run, as codes; weights are made for one checkpoint at a time. */
export class Pack {
  private constructor(
    private readonly tensors: TensorEntry[],
    readonly steps: number[],
    private readonly codes: Int16Array[],
  ) {}

  static async read(bytes: Uint8Array): Promise<Pack> {
    const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
    const start = 4 + view.getUint32(0, true);
    const header = JSON.parse(new TextDecoder().decode(bytes.subarray(4, start))) as Header;
    if (header.format !== 1) throw new Error(`packed weights: got format ${header.format}, expected 1`);
    const planes = await Promise.all(
      header.checkpoints.map(({ offset, length }) => inflate(bytes.subarray(start + offset, start + offset + length))),
    );
    return new Pack(header.tensors, header.checkpoints.map((kept) => kept.step), undoDifferences(planes));
  }

  weights(index: number): Weights {
    const codes = this.codes[index];
    if (codes === undefined) throw new Error(`checkpoint ${index}: expected 0 to ${this.codes.length - 1}`);
    let at = 0;
    const entries = this.tensors.map(({ name, shape, unit }) => {
      const size = shape.reduce((product, length) => product * length, 1);
      const data = Float32Array.from(codes.subarray(at, at + size), (code) => code * unit);
      at += size;
      return [name, { shape, data }] as const;
    });
    return Object.fromEntries(entries);
  }
}

async function inflate(bytes: Uint8Array): Promise<Uint8Array> {
  const stream = new Blob([bytes as BlobPart]).stream().pipeThrough(new DecompressionStream("deflate-raw"));
  return new Uint8Array(await new Response(stream).arrayBuffer());
}

/** Each checkpoint holds the differences to the one before, zigzag-coded, all low bytes first and then all high bytes. */
function undoDifferences(planes: Uint8Array[]): Int16Array[] {
  const all: Int16Array[] = [];
  for (const plane of planes) {
    const count = plane.length / 2;
    const codes = all.length ? all[all.length - 1]!.slice() : new Int16Array(count);
    for (let i = 0; i < count; i++) {
      const zigzag = plane[i]! | (plane[count + i]! << 8);
      codes[i] = codes[i]! + ((zigzag >>> 1) ^ -(zigzag & 1));
    }
    all.push(codes);
  }
  return all;
}
