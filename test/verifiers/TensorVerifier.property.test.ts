import { expect } from "chai";
import { toBeHex, ZeroHash } from "ethers";
import fc from "fast-check";
import hre from "hardhat";

import { execute, type Memory } from "./support/execute.js";
import { Mode, type Program, Region } from "./support/program.js";
import { Random, randomCase } from "./support/random.js";
import type { Word } from "./support/tree.js";
import { makeWitness, type Target, type Witness } from "./support/witness.js";
import { commit, deployWorld, type Trace, type World } from "./support/world.js";

const { ethers } = await hre.network.create();

const seeds = fc.integer({ min: 0, max: 2 ** 31 - 1 });
const RUNS = { numRuns: 100 };

/** Positions of body and output that a tree has, in the order of addresses; pads after their region. */
function positionsOf(program: Program): { region: Region; position: number }[] {
  return [Region.Body, Region.Output].flatMap((region) => {
    const words = program.wordsOf(region) === 0 ? 0 : 2 ** program.depthOf(region);
    return Array.from({ length: words }, (_, position) => ({ region, position }));
  });
}

function wordAt(memory: Memory, { region, position }: { region: Region; position: number }): Word {
  const { program } = memory;
  if (position >= program.wordsOf(region)) return memory.pads[region]!.get(position) ?? ZeroHash;
  return memory.at(program.baseOf(region) + position);
}

const flip = (random: Random, word: Word): Word => toBeHex(BigInt(word) ^ (1n << BigInt(random.below(256))), 32);

/** A trace that is wrong somewhere: one word changed at the end, or in the middle and all else computed from it. */
function corrupt(random: Random, honest: Memory, rerun: (address: number) => Memory): Memory {
  const target = random.pick(positionsOf(honest.program));
  const { program } = honest;
  const address = program.baseOf(target.region) + target.position;
  if (target.position >= program.wordsOf(target.region)) {
    const memory = honest.copy();
    memory.pads[target.region]!.set(target.position, flip(random, ZeroHash));
    return memory;
  }
  const { index, start } = program.operatorAt(address);
  if (address - start < program.operators[index]!.usedWords && random.chance(50)) return rerun(address);
  const memory = honest.copy();
  memory.words.set(address, flip(random, honest.at(address)));
  return memory;
}

/** The first word that is wrong, and in it a lane. */
function firstWrong(honest: Memory, committed: Memory): Target {
  const { program } = honest;
  const place = positionsOf(program).find((at) => wordAt(honest, at) !== wordAt(committed, at))!;
  if (place.position >= program.wordsOf(place.region)) return { ...place, lane: 0 };
  const { index } = program.operatorAt(program.baseOf(place.region) + place.position);
  const { laneBits, mode } = program.operators[index]!;
  if (mode === Mode.Piece) return { ...place, lane: 0 };
  const difference = BigInt(wordAt(honest, place)) ^ BigInt(wordAt(committed, place));
  const highestBit = difference.toString(2).length;
  return { ...place, lane: Math.floor((256 - highestBit) / laneBits) };
}

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
        const committed = corrupt(random, honest, (address) => {
          const bit = 1n << BigInt(random.below(256));
          const tamper = (at: number, word: Word): Word => (at === address ? toBeHex(BigInt(word) ^ bit, 32) : word);
          return execute(program, world.twins, input, { tamper });
        });
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
