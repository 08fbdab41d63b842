import { AbiCoder, concat, keccak256, toBeHex, ZeroHash } from "ethers";

import type { Word } from "./tree.js";

export interface Range {
  start: number;
  log2: number;
}

/** What a test kernel does, written a second time. */
export interface KernelTwin {
  first(params: string, piece: number, lane: number): Range[];
  reads(params: string, piece: number, lane: number, firstWords: readonly Word[]): Range[];
  compute(params: string, piece: number, lane: number, words: readonly Word[]): Word[];
}

const abi = AbiCoder.defaultAbiCoder();
const MAX_LANE_32 = 0xffff_ffffn;

export const addParams = (a: number, b: number): string => abi.encode(["uint64", "uint64"], [a, b]);

export const addTwin: KernelTwin = {
  first: () => [],
  reads: (params, piece) =>
    abi.decode(["uint64", "uint64"], params).map((start: bigint) => ({ start: Number(start) + piece, log2: 0 })),
  compute: (_params, _piece, lane, words) => {
    const sum = words.reduce((total, word) => total + ((BigInt(word) >> BigInt(224 - 32 * lane)) & MAX_LANE_32), 0n);
    return [toBeHex(sum & MAX_LANE_32, 32)];
  },
};

const GATHER = ["uint64", "uint64", "uint64", "uint8"];

export const gatherParams = (indexAt: number, tableAt: number, rows: number, rowLog2: number): string =>
  abi.encode(GATHER, [indexAt, tableAt, rows, rowLog2]);

export const gatherTwin: KernelTwin = {
  first: (params, piece) => [{ start: Number(abi.decode(GATHER, params)[0]) + piece, log2: 0 }],
  reads: (params, _piece, _lane, [index]) => {
    const [, tableAt, rows, rowLog2] = abi.decode(GATHER, params).map(Number) as [number, number, number, number];
    const row = BigInt(index!);
    return row >= BigInt(rows) ? [] : [{ start: tableAt + Number(row) * 2 ** rowLog2, log2: rowLog2 }];
  },
  compute: (params, _piece, _lane, words) => {
    const rowWords = 2 ** Number(abi.decode(GATHER, params)[3]);
    return words.length === 1 ? Array.from({ length: rowWords }, () => ZeroHash) : words.slice(1);
  },
};

export interface MixParams {
  laneBits: number;
  pieceLog2: number;
  gathers: boolean;
  indexAt: number;
  tableAt: number;
  rows: number;
  rowLog2: number;
  reads: { start: number; stride: number; log2: number }[];
}

const MIX = [
  "tuple(uint16 laneBits,uint8 pieceLog2,bool gathers,uint64 indexAt,uint64 tableAt,uint64 rows,uint8 rowLog2," +
    "tuple(uint64 start,uint64 stride,uint8 log2)[] reads)",
];

export const mixParams = (params: MixParams): string => abi.encode(MIX, [params]);

interface DecodedMix extends Omit<Record<keyof MixParams, bigint>, "gathers" | "reads"> {
  gathers: boolean;
  reads: { start: bigint; stride: bigint; log2: bigint }[];
}

/** Decoding takes longer than all else that the twin does. */
const decoded = new Map<string, DecodedMix>();

function decodeMix(params: string): DecodedMix {
  const known = decoded.get(params) ?? (abi.decode(MIX, params)[0] as DecodedMix);
  decoded.set(params, known);
  return known;
}

export const mixTwin: KernelTwin = {
  first: (params, piece) => {
    const { gathers, indexAt } = decodeMix(params);
    return gathers ? [{ start: Number(indexAt) + piece, log2: 0 }] : [];
  },
  reads: (params, piece, _lane, [index]) => {
    const { tableAt, rows, rowLog2, reads } = decodeMix(params);
    const ranges = reads.map(({ start, stride, log2 }) => ({
      start: Number(start + stride * BigInt(piece)),
      log2: Number(log2),
    }));
    if (index !== undefined) {
      ranges.push({ start: Number(tableAt + ((BigInt(index) % rows) << rowLog2)), log2: Number(rowLog2) });
    }
    return ranges;
  },
  compute: (params, piece, lane, words) => {
    const { laneBits, pieceLog2 } = decodeMix(params);
    const seed = keccak256(concat([toBeHex(piece, 8), toBeHex(lane, 2), ...words]));
    if (laneBits !== 0n) return [toBeHex(BigInt(seed) >> (256n - laneBits), 32)];
    return Array.from({ length: 2 ** Number(pieceLog2) }, (_, i) =>
      keccak256(abi.encode(["bytes32", "uint256"], [seed, i])),
    );
  },
};
