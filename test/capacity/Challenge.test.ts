import { expect } from "chai";
import fc from "fast-check";
import hre from "hardhat";

import { type Challenge, depthOf, entryAt, openEntries, ProductEngine } from "../../packages/capacity/src/index.js";
import { fromHex, type Hex, toHex } from "../../packages/tensor/src/index.js";
import "../support/fast-check.js";

const { ethers, networkHelpers } = await hre.network.create();

/** Draws in one call: they must fit into a transaction's gas. */
const BATCH = 100;

async function deploy() {
  return { harness: await ethers.deployContract("ChallengeHarness"), kernel: await ethers.deployContract("MatMul") };
}

const workOf = (challenge: Challenge, nodeId = 1n) => ({ nodeId, ...challenge });

const challenges = fc.record({
  seed: fc.uint8Array({ minLength: 32, maxLength: 32 }).map((bytes) => toHex(bytes)),
  products: fc.integer({ min: 1, max: 9 }),
  rowsLog2: fc.integer({ min: 3, max: 5 }),
  rowWordsLog2: fc.integer({ min: 0, max: 3 }),
});

/** What the engine says of an entry. */
function resultOf(challenge: Challenge, cell: number): bigint {
  const entry = entryAt(challenge, BigInt(cell));
  const engine = new ProductEngine(challenge);
  const roots = Buffer.concat(Array.from({ length: challenge.products }, (_, i) => engine.compute(i)));
  const [opening] = openEntries(challenge, roots, [entry]);
  const lane = cell % 8;
  return BigInt(`0x${(opening?.word ?? "0x").slice(2 + 8 * lane, 10 + 8 * lane)}`);
}

describe("Challenge", () => {
  it("should compute on chain what the engine computes off chain, to the bit", async () => {
    const { harness, kernel } = await networkHelpers.loadFixture(deploy);
    await fc.assert(
      fc.asyncProperty(challenges, fc.nat(), async (challenge, choice) => {
        const cell = choice % (challenge.products * 4 ** challenge.rowsLog2);
        const entry = { ...entryAt(challenge, BigInt(cell)), lane: cell % 8 };
        expect(await harness.compute(workOf(challenge), kernel, entry)).to.equal(resultOf(challenge, cell));
        expect(await harness.depth(workOf(challenge))).to.equal(BigInt(depthOf(challenge)));
      }),
      { numRuns: 15 },
    );
  });

  it("should compute an entry of 8,192 lanes for less than 300,000 gas", async () => {
    const { harness, kernel } = await networkHelpers.loadFixture(deploy);
    const challenge: Challenge = { seed: toHex(fromHex("ab".repeat(32))), products: 1, rowsLog2: 3, rowWordsLog2: 8 };
    const entry = { ...entryAt(challenge, 13n), lane: 5 };
    expect(await harness.compute(workOf(challenge), kernel, entry)).to.equal(resultOf(challenge, 13));
    expect(await harness.compute.estimateGas(workOf(challenge), kernel, entry)).to.be.lessThan(300_000n);
  });

  it("should catch a part f of left-out work with the chance 1 − (1 − f)^t", async () => {
    const { harness } = await networkHelpers.loadFixture(deploy);
    const draws = hre.globalOptions.long ? 20_000 : 500;
    const challenge: Challenge = { seed: ethers.ZeroHash as Hex, products: 100, rowsLog2: 5, rowWordsLog2: 0 };
    for (const [entries, part] of [
      [1, 0.5],
      [4, 0.25],
      [8, 0.1],
      [16, 0.25],
    ] as const) {
      const products: bigint[] = [];
      for (let i = 0; i < draws; i += BATCH) {
        const salt = ethers.id(`${entries}/${part}/${i}`);
        products.push(...(await harness.drawnProducts(workOf(challenge), salt, BATCH, entries)));
      }
      let caught = 0;
      for (let i = 0; i < draws; i++) {
        const drawn = products.slice(i * entries, (i + 1) * entries);
        if (drawn.some((product) => Number(product) < part * challenge.products)) caught++;
      }
      const chance = 1 - (1 - part) ** entries;
      const deviation = Math.sqrt((chance * (1 - chance)) / draws);
      expect(Math.abs(caught / draws - chance), `${part} of ${entries}`).to.be.lessThan(4 * deviation + 1 / draws);
    }
  });
});

describe("PassHistory", () => {
  /** Epochs in which a node passed, plainly. */
  const plain = (passes: readonly number[], epoch: number, count: number): boolean =>
    passes.some((each) => each <= epoch && each > epoch - count && (passes.at(-1) ?? 0) - each < 128);

  it("should say in which epochs a node passed, as a list would", async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.array(fc.integer({ min: 1, max: 70 }), { minLength: 1, maxLength: 6 }),
        fc.array(fc.tuple(fc.integer({ min: 0, max: 300 }), fc.integer({ min: 1, max: 64 })), {
          minLength: 10,
          maxLength: 10,
        }),
        async (gaps, questions) => {
          const { harness } = await networkHelpers.loadFixture(deploy);
          const passes: number[] = [];
          for (const gap of gaps) {
            passes.push((passes.at(-1) ?? 0) + gap);
            await harness.pass(passes.at(-1) ?? 0);
          }
          for (const [epoch, count] of questions) {
            const said = await harness.passedWithin(epoch, count);
            expect(said, `${String(passes)}: ${epoch}, ${count}`).to.equal(plain(passes, epoch, count));
          }
        },
      ),
      { numRuns: 20 },
    );
  });

  it("should count strikes in a row, in any order, since the last pass", async () => {
    const { harness } = await networkHelpers.loadFixture(deploy);
    const strike = async (epoch: number) => {
      const counted = await harness.strike.staticCall(epoch);
      await harness.strike(epoch);
      return counted;
    };
    expect(await harness.passedWithin(5, 64)).to.equal(false);
    expect(await strike(2)).to.equal(1n);
    expect(await strike(1), "out of order").to.equal(2n);
    expect(await strike(5)).to.equal(3n);
    await harness.pass(7);
    expect(await harness.strikes()).to.equal(0n);
    expect(await strike(6), "before the pass").to.equal(0n);
    expect(await strike(7), "the epoch of the pass").to.equal(0n);
    expect(await strike(8)).to.equal(1n);
  });

  it("should not overflow with strikes", async () => {
    const { harness } = await networkHelpers.loadFixture(deploy);
    for (let epoch = 1; epoch <= 257; epoch++) await harness.strike(epoch);
    expect(await harness.strikes()).to.equal(255n);
  });
});
