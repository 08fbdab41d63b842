import {
  assertLaneBits,
  assertSame,
  elementOf,
  encodeParams,
  type Extent,
  field,
  type Kernel,
  lanesLog2,
  log2Field,
  lowBits,
  type ProgramBuilder,
  type Range,
  rangeAt,
  rowLog2Of,
  type Tensor,
  type TraceMemory,
  WORD_BYTES,
} from "@millrace/tensor";

const LANE_LOG2 = 5;

/** Twin of `HammingDistance.sol`, whose page explains it. */
export const hammingDistance: Kernel = {
  name: "HammingDistance",

  first: () => undefined,

  reads(params: Uint8Array, piece: number, lane: number): Range[] {
    const outLog2 = log2Field(params, 5);
    const row = BigInt(piece) >> BigInt(outLog2);
    const column = elementOf(lowBits(BigInt(piece), outLog2), lane, LANE_LOG2);
    if (row >= field(params, 1) || column >= field(params, 3)) return [];
    const rowLog2 = log2Field(params, 4);
    return [
      rangeAt(field(params, 0) + (row << BigInt(rowLog2)), rowLog2),
      rangeAt(field(params, 2) + (column << BigInt(rowLog2)), rowLog2),
    ];
  },

  compute(params: Uint8Array, _piece: number, _lane: number, words: readonly bigint[]): bigint[] {
    const half = Math.min(2 ** log2Field(params, 4), words.length);
    let distance = 0;
    for (let i = 0; i < half; i++) {
      const bits = (words[i] ?? 0n) ^ (words[half + i] ?? 0n);
      distance += bits.toString(2).replaceAll("0", "").length;
    }
    return [BigInt(distance)];
  },

  laneBits: () => 2 ** LANE_LOG2,

  extents(params: Uint8Array, usedWords: number): Extent[] {
    const rowWords = 2 ** log2Field(params, 4);
    const outLog2 = log2Field(params, 5);
    const rows = Math.min(Number(field(params, 1)), Math.ceil(usedWords / 2 ** outLog2));
    const columns = Math.min(Number(field(params, 3)), 2 ** (outLog2 + lanesLog2(LANE_LOG2)));
    return [
      { start: Number(field(params, 0)), words: rows * rowWords },
      { start: Number(field(params, 2)), words: columns * rowWords },
    ];
  },

  /** Plain TypeScript over the trace in memory: a kernel need not be in the WebAssembly module to be fast enough. */
  run({ instance, base }: TraceMemory, params: Uint8Array, start: number, usedWords: number): boolean {
    const [outLog2, rowBytes] = [log2Field(params, 5), WORD_BYTES * 2 ** log2Field(params, 4)];
    const [rows, columns] = [Number(field(params, 1)), Number(field(params, 3))];
    const { buffer } = instance.exports.memory;
    const view = new DataView(buffer, base);
    const [left, right] = [0, 2].map((index) => WORD_BYTES * Number(field(params, index))) as [number, number];
    const lanes = 2 ** lanesLog2(LANE_LOG2);
    for (let word = 0; word < usedWords; word++)
      for (let lane = 0; lane < lanes; lane++) {
        const row = Math.floor(word / 2 ** outLog2);
        const column = (word % 2 ** outLog2) * lanes + lane;
        let distance = 0;
        if (row < rows && column < columns)
          for (let at = 0; at < rowBytes; at += 4)
            distance += ones(
              view.getUint32(left + row * rowBytes + at) ^ view.getUint32(right + column * rowBytes + at),
            );
        view.setUint32(WORD_BYTES * (start + word) + 4 * lane, distance);
      }
    return true;
  },
};

/** Ones of 32 bits. */
function ones(bits: number): number {
  let sum = bits - ((bits >>> 1) & 0x5555_5555);
  sum = (sum & 0x3333_3333) + ((sum >>> 2) & 0x3333_3333);
  return Math.imul((sum + (sum >>> 4)) & 0x0f0f_0f0f, 0x0101_0101) >>> 24;
}

export interface HammingOptions {
  readonly left: Tensor;
  readonly right: Tensor;
  readonly output?: boolean;
}

/** The distance of each row of `left` from each row of `right`. */
export function hammingDistances(builder: ProgramBuilder, name: string, options: HammingOptions): Tensor {
  const { left, right, output = false } = options;
  for (const { name: operand, laneBits } of [left, right]) assertLaneBits(operand, laneBits, [256]);
  assertSame(`${name}: rows must have one length`, left, right, left.columns === right.columns);
  const shape = { rows: left.rows, columns: right.rows, laneBits: 32 } as const;
  return builder.add({
    name,
    kernel: hammingDistance.name,
    shape,
    output,
    reads: [left, right],
    params: (addressOf) =>
      encodeParams([addressOf(left), left.rows, addressOf(right), right.rows, left.rowLog2, rowLog2Of(shape)]),
  });
}
