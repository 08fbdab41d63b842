import { ProgramError, TensorError } from "../errors.ts";
import { keccak256Hex } from "../trace/keccak.ts";
import { fromHex, type Hex, MAX_TOTAL_WORDS, REGION_WORDS, WORD_BYTES } from "../words.ts";
import { assertDescriptor, type OperatorDescriptor, operatorLeaf } from "./descriptor.ts";
import { type SumNode, SumTree } from "./SumTree.ts";

export const PROGRAM_TAG = "millrace.tensor.1";

const MAX_OP_DEPTH = 20;

/** Regions of the address space, in its order. */
export const Region = { Input: 0, Body: 1, Output: 2 } as const;
export type Region = (typeof Region)[keyof typeof Region];

/** What an order pins of a program. */
export interface ProgramHeader {
  readonly sumRoot: Hex;
  readonly opDepth: number;
  readonly inWords: number;
  readonly bodyWords: number;
  readonly outWords: number;
}

/** An operator with its place in the address space. */
export interface PlacedOperator extends OperatorDescriptor {
  readonly index: number;
  /** Absolute address of its first word. */
  readonly start: number;
}

/** The operator that holds a word, with its path in the sum tree. */
export interface OperatorOpening {
  readonly operator: PlacedOperator;
  readonly siblings: readonly SumNode[];
}

/** A tensor program: immutable, checked, with every address resolved. */
export class Program {
  readonly header: ProgramHeader;
  readonly hash: Hex;
  readonly operators: readonly PlacedOperator[];
  readonly #sumTree: SumTree;

  /**
   * @param inWords length of the input region
   * @param body operators of the body region, in order
   * @param output operators whose results the buyer gets, in order; they run after all others
   */
  constructor(inWords: number, body: readonly OperatorDescriptor[], output: readonly OperatorDescriptor[]) {
    const descriptors = [...body, ...output];
    descriptors.forEach(assertDescriptor);
    const sizes = { inWords, bodyWords: sumOfWords(body), outWords: sumOfWords(output) };
    assertHeader(sizes, descriptors.length);
    let start = inWords;
    this.operators = descriptors.map((descriptor, index) => {
      const placed = { ...descriptor, index, start };
      start += descriptor.words;
      return placed;
    });
    this.#sumTree = new SumTree(
      this.operators.map((operator) => ({ leaf: operatorLeaf(operator), words: operator.words })),
    );
    this.header = { sumRoot: this.#sumTree.root, opDepth: this.#sumTree.depth, ...sizes };
    this.hash = programHash(this.header);
  }

  get totalWords(): number {
    return this.header.inWords + this.header.bodyWords + this.header.outWords;
  }

  /** First address of a region and its length in words. */
  region(region: Region): { start: number; words: number } {
    const { inWords, bodyWords, outWords } = this.header;
    if (region === Region.Input) return { start: 0, words: inWords };
    if (region === Region.Body) return { start: inWords, words: bodyWords };
    return { start: inWords + bodyWords, words: outWords };
  }

  /** Region of a word and its offset there. */
  locate(address: number): { region: Region; offset: number } {
    if (address < 0 || address >= this.totalWords)
      throw new TensorError("BAD_ADDRESS", `no word ${address}`, `the program has ${this.totalWords} words`);
    const region =
      [Region.Output, Region.Body, Region.Input].find((at) => address >= this.region(at).start) ?? Region.Input;
    return { region, offset: address - this.region(region).start };
  }

  /** Index of the operator that writes the word. */
  operatorIndexAt(address: number): number {
    if (address < this.header.inWords || address >= this.totalWords)
      throw new TensorError("BAD_ADDRESS", `no operator writes word ${address}`, "input words belong to the order");
    let [low, high] = [0, this.operators.length - 1];
    while (low < high) {
      const middle = Math.ceil((low + high) / 2);
      if ((this.operators[middle] as PlacedOperator).start <= address) low = middle;
      else high = middle - 1;
    }
    return low;
  }

  /** The operator that writes the word, and its path in the sum tree. */
  openOperatorAt(address: number): OperatorOpening {
    const index = this.operatorIndexAt(address);
    return { operator: this.operators[index] as PlacedOperator, siblings: this.#sumTree.siblings(index) };
  }

  /** Checks that `input` is exactly the input region. */
  assertInput(input: Uint8Array): void {
    const expected = this.header.inWords * WORD_BYTES;
    if (input.length !== expected)
      throw new TensorError(
        "BAD_INPUT",
        `the input has ${input.length} bytes, not ${expected}`,
        "fetch the input again",
      );
  }
}

/** Words of the encoding before the tag: an offset, the five values, and the tag's length. */
const TAG_AT = 7;

/** `keccak256(abi.encode("millrace.tensor.1", sumRoot, opDepth, inWords, bodyWords, outWords))`; the tag is one word. */
export function programHash({ sumRoot, opDepth, inWords, bodyWords, outWords }: ProgramHeader): Hex {
  const bytes = new Uint8Array(WORD_BYTES * (TAG_AT + 1));
  const view = new DataView(bytes.buffer);
  const tag = Buffer.from(PROGRAM_TAG);
  bytes.set(fromHex(sumRoot), WORD_BYTES);
  for (const [word, value] of [
    [0, WORD_BYTES * (TAG_AT - 1)],
    [2, opDepth],
    [3, inWords],
    [4, bodyWords],
    [5, outWords],
    [6, tag.length],
  ] as const)
    view.setBigUint64(WORD_BYTES * (word + 1) - 8, BigInt(value));
  bytes.set(tag, WORD_BYTES * TAG_AT);
  return keccak256Hex(bytes);
}

function sumOfWords(operators: readonly OperatorDescriptor[]): number {
  return operators.reduce((sum, { words }) => sum + words, 0);
}

function assertHeader(
  { inWords, bodyWords, outWords }: Omit<ProgramHeader, "sumRoot" | "opDepth">,
  operators: number,
): void {
  if (operators > 2 ** MAX_OP_DEPTH)
    throw new ProgramError(
      "TOO_LARGE",
      {},
      `${operators} operators, more than ${2 ** MAX_OP_DEPTH}`,
      "split the job, or let each operator do more",
    );
  for (const [field, words] of Object.entries({ inWords, bodyWords, outWords }))
    if (!Number.isSafeInteger(words) || words < 0 || words % REGION_WORDS !== 0)
      throw new ProgramError(
        "BAD_PROGRAM",
        { field },
        `${words} words are not a multiple of ${REGION_WORDS}`,
        `pad the region to a multiple of ${REGION_WORDS} words`,
      );
  for (const [field, words] of Object.entries({ inWords, outWords }))
    if (words === 0)
      throw new ProgramError(
        "BAD_PROGRAM",
        { field },
        "a program needs an input and an output",
        "give it at least 32 words of input and one operator of output",
      );
  if (inWords + bodyWords + outWords > MAX_TOTAL_WORDS)
    throw new ProgramError("TOO_LARGE", {}, `more than ${MAX_TOTAL_WORDS} words`, "split the job into smaller ones");
}
