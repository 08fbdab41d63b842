import { AbiCoder, concat, keccak256, toBeHex, ZeroHash } from "ethers";

import { depthOf, type Word } from "./tree.js";

export enum Region {
  Input,
  Body,
  Output,
}

export enum Mode {
  Lane,
  Piece,
}

/** Descriptor of an operator, as the ABI has it. */
export interface Operator {
  kernelCodeHash: Word;
  words: number;
  usedWords: number;
  mode: Mode;
  pieceLog2: number;
  laneBits: number;
  params: string;
}

export interface Header {
  sumRoot: Word;
  opDepth: number;
  inWords: number;
  bodyWords: number;
  outWords: number;
}

export interface SumNode {
  hash: Word;
  words: number | bigint;
}

const abi = AbiCoder.defaultAbiCoder();
const EMPTY: SumNode = { hash: ZeroHash, words: 0 };

export function operatorLeaf(operator: Operator): SumNode {
  const descriptor = abi.encode(
    ["bytes32", "uint64", "uint64", "uint8", "uint8", "uint16", "bytes"],
    [
      operator.kernelCodeHash,
      operator.words,
      operator.usedWords,
      operator.mode,
      operator.pieceLog2,
      operator.laneBits,
      operator.params,
    ],
  );
  return { hash: keccak256(concat(["0x00", keccak256(descriptor)])), words: operator.words };
}

export function sumNode(left: SumNode, right: SumNode): SumNode {
  const hash = keccak256(concat(["0x01", left.hash, toBeHex(left.words, 8), right.hash, toBeHex(right.words, 8)]));
  return { hash, words: BigInt.asUintN(64, BigInt(left.words) + BigInt(right.words)) };
}

export function programHash(header: Header): Word {
  return keccak256(
    abi.encode(
      ["string", "bytes32", "uint8", "uint64", "uint64", "uint64"],
      ["millrace.tensor.1", header.sumRoot, header.opDepth, header.inWords, header.bodyWords, header.outWords],
    ),
  );
}

/** Operators in program order, and the header that pins them. */
export class Program {
  readonly header: Header;
  readonly #levels: SumNode[][];

  constructor(
    readonly operators: readonly Operator[],
    inWords: number,
    outWords: number,
    opDepth = depthOf(operators.length),
  ) {
    const leaves = operators.map(operatorLeaf);
    while (leaves.length < 2 ** opDepth) leaves.push(EMPTY);
    this.#levels = [leaves];
    for (let level = 0; level < opDepth; level++) {
      const below = this.#levels[level]!;
      this.#levels.push(Array.from({ length: below.length / 2 }, (_, i) => sumNode(below[2 * i]!, below[2 * i + 1]!)));
    }
    const total = operators.reduce((sum, { words }) => sum + words, 0);
    const sumRoot = this.#levels[opDepth]![0]!.hash;
    this.header = { sumRoot, opDepth, inWords, bodyWords: total - outWords, outWords };
  }

  get hash(): Word {
    return programHash(this.header);
  }

  sumPath(index: number): SumNode[] {
    return this.#levels.slice(0, -1).map((level, height) => level[Math.floor(index / 2 ** height) ^ 1]!);
  }

  wordsOf(region: Region): number {
    return [this.header.inWords, this.header.bodyWords, this.header.outWords][region]!;
  }

  depthOf(region: Region): number {
    return depthOf(this.wordsOf(region));
  }

  /** First word address of a region. */
  baseOf(region: Region): number {
    const { inWords, bodyWords } = this.header;
    return [0, inWords, inWords + bodyWords][region]!;
  }

  /** Region and position of a word address. */
  placeOf(address: number): { region: Region; position: number } {
    const region = [Region.Output, Region.Body, Region.Input].find((r) => address >= this.baseOf(r))!;
    return { region, position: address - this.baseOf(region) };
  }

  /** Index of the operator that contains a word address, and its own first word address. */
  operatorAt(address: number): { index: number; start: number } {
    let start = this.header.inWords;
    for (const [index, { words }] of this.operators.entries()) {
      if (address < start + words) return { index, start };
      start += words;
    }
    throw new Error(`no operator at ${address}`);
  }
}
