import { AbiCoder, getBytes, keccak256, ZeroHash } from "ethers";
import { expect } from "chai";
import fc from "fast-check";

import {
  CapacityWorkerError,
  type Challenge,
  computeOpenings,
  computeRoots,
  depthOf,
  entryAt,
  multiplyAdds,
  openEntries,
  ProductEngine,
  ResultTree,
} from "../../../packages/capacity/src/index.js";
import { fromHex, type Hex, toHex } from "../../../packages/tensor/src/index.js";
import "../../support/fast-check.js";

const coder = AbiCoder.defaultAbiCoder();
const hash = (seed: string, number: bigint): string => keccak256(coder.encode(["bytes32", "uint256"], [seed, number]));

/** The words of a row, as the contract's page says. */
function plainRow({ seed, rowWordsLog2 }: Challenge, product: number, side: number, row: number): Int8Array {
  const rowSeed = hash(seed, (BigInt(product) << 64n) | (BigInt(side) << 32n) | BigInt(row));
  const words = Array.from({ length: 2 ** rowWordsLog2 }, (_, i) => hash(rowSeed, BigInt(i)).slice(2)).join("");
  return new Int8Array(Buffer.from(words, "hex"));
}

/** All results of a product, row after row. */
function plainProduct(challenge: Challenge, product: number): number[] {
  const indices = Array.from({ length: 2 ** challenge.rowsLog2 }, (_, i) => i);
  const left = indices.map((row) => plainRow(challenge, product, 0, row));
  const right = indices.map((row) => plainRow(challenge, product, 1, row));
  return left.flatMap((a) => right.map((b) => a.reduce((sum, x, k) => sum + x * (b[k] ?? 0), 0)));
}

function plainRoot(leaves: readonly string[]): string {
  let level = [...leaves];
  while (level.length > 1) {
    level = level.flatMap((node, i) => (i % 2 === 0 ? [keccak256(node + (level[i + 1] ?? "").slice(2))] : []));
  }
  return level[0] ?? "";
}

/** Words of results: eight int32 each, big-endian; zeros up to a power of two. */
function plainWords(challenge: Challenge): string[] {
  const products = Array.from({ length: challenge.products }, (_, i) => plainProduct(challenge, i)).flat();
  const bytes = Buffer.alloc(4 * products.length);
  products.forEach((value, i) => bytes.writeInt32BE(value, 4 * i));
  const words = Array.from({ length: bytes.length / 32 }, (_, i) => toHex(bytes.subarray(32 * i, 32 * i + 32)));
  return [...words, ...Array.from({ length: 2 ** depthOf(challenge) - words.length }, () => ZeroHash)];
}

function foldUp(word: string, position: number, siblings: readonly string[]): string {
  return siblings.reduce((node, sibling, i) => {
    const isRight = Math.floor(position / 2 ** i) % 2 === 1;
    return keccak256(isRight ? sibling + node.slice(2) : node + sibling.slice(2));
  }, word);
}

const challenges = fc.record({
  seed: fc.uint8Array({ minLength: 32, maxLength: 32 }).map((bytes) => toHex(bytes)),
  products: fc.integer({ min: 1, max: 5 }),
  rowsLog2: fc.integer({ min: 3, max: 4 }),
  rowWordsLog2: fc.integer({ min: 0, max: 2 }),
});

describe("products of a capacity challenge", () => {
  it("should be those of the plain definition, and their tree the plain tree", () => {
    fc.assert(
      fc.property(challenges, (challenge) => {
        const engine = new ProductEngine(challenge);
        const roots = Array.from({ length: challenge.products }, (_, i) => engine.compute(i));
        const tree = new ResultTree(challenge, Buffer.concat(roots));
        expect(tree.root).to.equal(plainRoot(plainWords(challenge)));
      }),
      { numRuns: 15 },
    );
  });

  it("should open any entry: its word folds to the root and holds the result", () => {
    fc.assert(
      fc.property(challenges, fc.nat(), (challenge, choice) => {
        const cells = challenge.products * 4 ** challenge.rowsLog2;
        const entry = entryAt(challenge, BigInt(choice % cells));
        const engine = new ProductEngine(challenge);
        const roots = Buffer.concat(Array.from({ length: challenge.products }, (_, i) => engine.compute(i)));
        const [opening] = openEntries(challenge, roots, [entry]);
        const root = new ResultTree(challenge, roots).root;
        expect(opening?.siblings.length).to.equal(depthOf(challenge));
        expect(foldUp(opening?.word ?? "", entry.position, opening?.siblings ?? [])).to.equal(root);
        const lane = (choice % cells) % 8;
        const committed = Buffer.from(getBytes(opening?.word ?? "")).readInt32BE(4 * lane);
        const expected = plainProduct(challenge, entry.product)[entry.row * 2 ** challenge.rowsLog2 + entry.column];
        expect(committed).to.equal(expected);
      }),
      { numRuns: 15 },
    );
  });

  it("should be the same at the longest rows: 8,192 lanes", () => {
    const challenge: Challenge = { seed: toHex(fromHex("ab".repeat(32))), products: 1, rowsLog2: 3, rowWordsLog2: 8 };
    const root = new ProductEngine(challenge).compute(0);
    expect(toHex(root)).to.equal(plainRoot(plainWords(challenge)));
    expect(multiplyAdds(challenge)).to.equal(64 * 8_192);
  });

  it("should be the same in threads, however many share them", async () => {
    const challenge: Challenge = { seed: toHex(fromHex("01".repeat(32))), products: 5, rowsLog2: 3, rowWordsLog2: 1 };
    const engine = new ProductEngine(challenge);
    const expected = Buffer.concat(Array.from({ length: 5 }, (_, i) => engine.compute(i)));
    for (const threads of [1, 2]) {
      expect(toHex(await computeRoots(challenge, { threads })), `${threads}`).to.equal(toHex(expected));
    }
    const entries = [entryAt(challenge, 17n), entryAt(challenge, 300n)];
    const opened = await computeOpenings(challenge, expected, entries);
    expect(opened).to.deep.equal(openEntries(challenge, expected, entries));
  });

  it("should stop when told so", async () => {
    const challenge: Challenge = { seed: ZeroHash as Hex, products: 4_000, rowsLog2: 6, rowWordsLog2: 8 };
    const stopped = new AbortController();
    const computing = computeRoots(challenge, { signal: stopped.signal });
    stopped.abort();
    const error: unknown = await computing.catch((thrown: unknown) => thrown);
    expect(error).to.be.instanceOf(CapacityWorkerError);
  });
});
