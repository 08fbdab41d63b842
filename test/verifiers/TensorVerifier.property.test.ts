import { expect } from "chai";
import { ZeroHash } from "ethers";
import fc from "fast-check";
import hre from "hardhat";

import { corrupt, firstWrong, positionsOf, tampered } from "./support/corrupt.js";
import { execute } from "./support/execute.js";
import { Mode } from "./support/program.js";
import { Random, randomCase } from "./support/random.js";
import type { Word } from "./support/tree.js";
import { makeWitness, type Target, type Witness } from "./support/witness.js";
import { commit, deployWorld, type Trace, type World } from "./support/world.js";

const { ethers } = await hre.network.create();

const seeds = fc.integer({ min: 0, max: 2 ** 31 - 1 });
const RUNS = { numRuns: 100 };

/** A witness with something changed. */
function mutate(random: Random, witness: Witness): Witness {
  const { siblings, words, operator, operatorIndex } = witness;
  const changed = (list: Word[]): Word[] =>
    list.map((word, i) => (i === random.below(list.length) ? random.word() : word));
  return random.pick<() => Witness>([
    () => ({ ...witness, shown: random.word() }),
    () => ({ ...witness, shown: ZeroHash }),
    () => ({ ...witness, words: changed(words) }),
    () => ({ ...witness, words: words.slice(1) }),
    () => ({ ...witness, words: [...words, ZeroHash] }),
    () => ({ ...witness, siblings: changed(siblings) }),
    () => ({ ...witness, siblings: siblings.slice(0, -1) }),
    () => ({ ...witness, siblings: [...siblings, ZeroHash] }),
    () => ({ ...witness, siblings: siblings.toReversed() }),
    () => ({ ...witness, shown: siblings[0] ?? ZeroHash, siblings: [witness.shown, ...siblings.slice(1)] }),
    () => ({ ...witness, operatorIndex: Number(operatorIndex) ^ 1 }),
    () => ({ ...witness, sumPath: witness.sumPath.map((node) => ({ ...node, words: Number(node.words) + 32 })) }),
    () => ({ ...witness, operator: { ...operator, usedWords: random.below(100) } }),
    () => ({ ...witness, operator: { ...operator, words: operator.words + 32 } }),
    () => ({ ...witness, operator: { ...operator, laneBits: random.pick([8, 16, 32, 64, 128, 256]) } }),
    () => ({ ...witness, operator: { ...operator, mode: operator.mode === Mode.Lane ? Mode.Piece : Mode.Lane } }),
    () => ({ ...witness, operator: { ...operator, pieceLog2: random.below(6) } }),
    () => ({ ...witness, operator: { ...operator, params: operator.params + "00" } }),
  ])();
}

describe("TensorVerifier, any program", () => {
  let world: World;

  before(async () => {
    world = await deployWorld(ethers);
  });

  /** True, false, or undefined if the witness shows nothing. */
  async function verdict(trace: Trace, target: Target, witness: Witness): Promise<boolean | undefined> {
    try {
      return await world.verifier.isWrong(trace, target, witness);
    } catch (error) {
      if (error instanceof Error && /revert/i.test(error.message)) return undefined;
      throw error;
    }
  }

  it("I6: should prove the first wrong word of any wrong trace", async () => {
    await fc.assert(
      fc.asyncProperty(seeds, async (seed) => {
        const random = new Random(seed);
        const { program, input } = randomCase(random, world.hashes.MixKernel);
        const honest = execute(program, world.twins, input);
        const committed = corrupt(random, honest, tampered(random, world.twins, input, program));
        const known = commit(world, program, committed);
        const target = firstWrong(honest, committed);
        expect(await world.verifier.isWrong(known.trace, target, makeWitness(known, target))).to.be.true;
      }),
      RUNS,
    );
  });

  it("I6: should find every word of an honest trace right, and no witness to the contrary", async () => {
    await fc.assert(
      fc.asyncProperty(seeds, async (seed) => {
        const random = new Random(seed);
        const { program, input } = randomCase(random, world.hashes.MixKernel);
        const known = commit(world, program, execute(program, world.twins, input));
        const target = { ...random.pick(positionsOf(program)), lane: random.below(2) === 0 ? 0 : random.below(32) };
        const witness = makeWitness(known, { ...target, lane: 0 });
        expect(await world.verifier.isWrong(known.trace, { ...target, lane: 0 }, witness)).to.be.false;
        expect(await verdict(known.trace, target, makeWitness(known, target))).to.not.equal(true);
        for (let i = 0; i < 4; i++) {
          const other = random.pick(positionsOf(program));
          const elsewhere = random.chance(20) ? { ...other, lane: 0 } : target;
          expect(await verdict(known.trace, elsewhere, mutate(random, witness))).to.not.equal(true);
        }
      }),
      RUNS,
    );
  });

  it("I6: should not let a wrong trace's witness hurt the right one", async () => {
    await fc.assert(
      fc.asyncProperty(seeds, async (seed) => {
        const random = new Random(seed);
        const { program, input } = randomCase(random, world.hashes.MixKernel);
        const honest = execute(program, world.twins, input);
        const committed = corrupt(random, honest, () => honest.copy());
        const known = commit(world, program, committed);
        const { trace } = commit(world, program, honest);
        const target = { ...random.pick(positionsOf(program)), lane: 0 };
        const mixed = { ...trace, [random.pick(["bodyRoot", "outputRoot"])]: random.word() };
        const witness = makeWitness(known, target);
        expect(await verdict(trace, target, witness)).to.not.equal(true);
        expect(await verdict(mixed, target, witness)).to.not.equal(true);
      }),
      RUNS,
    );
  });
});
