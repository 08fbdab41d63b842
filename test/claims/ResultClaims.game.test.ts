import { expect } from "chai";
import { toBeHex, ZeroHash } from "ethers";
import fc from "fast-check";
import hre from "hardhat";

import { corrupt, firstWrong, tampered } from "../verifiers/support/corrupt.js";
import { execute, type Memory } from "../verifiers/support/execute.js";
import { addParams, mixParams } from "../verifiers/support/kernels.js";
import { Mode, type Operator, Program, Region } from "../verifiers/support/program.js";
import { Random, randomCase } from "../verifiers/support/random.js";
import { hashWords, type Tree, type Word } from "../verifiers/support/tree.js";
import { commit } from "../verifiers/support/world.js";
import {
  branchId,
  type ClaimsWorld,
  deployClaims,
  JOB_BOND,
  makeClaim,
  Offence,
  post,
  RESPONSE_SECONDS,
  REVEAL_SECONDS,
  State,
  WINDOW_SECONDS,
} from "./support/claims.js";
import { prove } from "./support/commitments.js";
import { childCount, childHeight, Game, HiddenTree } from "./support/game.js";

const { ethers, networkHelpers } = await hre.network.create();

const ID = 257n;
const hex = (value: bigint | number): Word => toBeHex(value, 32);

describe("ResultClaims, the game", () => {
  const deploy = (): Promise<ClaimsWorld> => deployClaims(ethers);
  const random = new Random(11);

  const add = (world: ClaimsWorld, words: number, usedWords: number): Operator => ({
    kernelCodeHash: world.hashes.AddKernel,
    words,
    usedWords,
    mode: Mode.Lane,
    pieceLog2: 0,
    laneBits: 32,
    params: addParams(0, 1),
  });

  /** A body of this many words, of which the kernel computes the last few before the pads; a small output. */
  async function claimOf(
    bodyWords: number,
    corruption: (memory: Memory) => void,
    hide: (tree: Tree) => Tree = (tree) => tree,
  ) {
    const world = await networkHelpers.loadFixture(deploy);
    const zeros = add(world, bodyWords - 32, 0);
    const operators = [...(bodyWords > 32 ? [zeros] : []), add(world, 32, 30), add(world, 32, 32)];
    const program = new Program(operators, 64, 32);
    const input = new Map(Array.from({ length: 64 }, (_, i) => [i, random.word()]));
    const honest = commit(world, program, execute(program, world.twins, input));
    const memory = execute(program, world.twins, input);
    corruption(memory);
    const known = commit(world, program, memory);
    const body = hide(known.trees[Region.Body]!);
    const claim = makeClaim(world, program, { ...known.trace, bodyRoot: body.node(body.depth, 0) });
    await post(world, ID, claim);
    const game = (region: Region.Body | Region.Output): Game =>
      new Game(world, ID, claim, region, region === Region.Body ? body : known.trees[region]!, honest);
    return { ...world, world, program, claim, honest, body, game };
  }

  const spoil = (address: number) => (memory: Memory) => {
    memory.words.set(address, hex(BigInt(memory.at(address)) ^ (1n << 255n)));
  };

  for (let depth = 5; depth <= 11; depth++) {
    describe(`a body of depth ${depth} (${depth} mod 5 = ${depth % 5})`, () => {
      const words = 2 ** depth;

      it("I6: should end in a proof when a computed word is wrong", async () => {
        const { game, claims, staking, claim, challenger, provider } = await claimOf(words, spoil(64 + words - 25));
        const path = game(Region.Body);
        const position = await path.toWords();
        expect(position).to.equal(words - 25);
        expect(path.path.map(({ height }) => height)).to.deep.equal([
          ...new Set([depth, ...[10, 5].filter((height) => height < depth)]),
        ]);
        const receipt = await path.prove(position, 0);
        await expect(Promise.resolve(receipt))
          .to.emit(staking, "SlashAsked")
          .withArgs(Offence.WrongResult, provider.address, JOB_BOND, claim.terms.buyer, challenger.address);
        expect(await claims.stateOf(ID)).to.equal(State.Slashed);
      });

      it("I6: should end in a proof when the last word of a pad is wrong", async () => {
        const { game, claims, staking } = await claimOf(words, (memory) => memory.words.set(64 + words - 1, hex(1)));
        const path = game(Region.Body);
        const position = await path.toWords();
        expect(position).to.equal(words - 1);
        await path.prove(position, 0);
        expect(await claims.stateOf(ID)).to.equal(State.Slashed);
        expect(await staking.slashes()).to.equal(1n);
      });
    });
  }

  it("I6: should end in a proof when a word past the region's end is wrong", async () => {
    const { game, claims } = await claimOf(96, (memory) => memory.pads[Region.Body]!.set(127, hex(1)));
    const path = game(Region.Body);
    expect(await path.toWords()).to.equal(127);
    await path.prove(127, 0);
    expect(await claims.stateOf(ID)).to.equal(State.Slashed);
  });

  it("I6: should end in a proof when a word of the output is wrong", async () => {
    const { game, claims } = await claimOf(64, spoil(64 + 64 + 31));
    const path = game(Region.Output);
    expect(await path.toWords()).to.equal(31);
    await path.prove(31, 0);
    expect(await claims.stateOf(ID)).to.equal(State.Slashed);
  });

  describe("a hidden subtree", () => {
    const WORDS = 4_096;
    const GARBAGE = hex(0xbadn);

    /** The wrong word is in block 127, the last; blocks have height 5. */
    const hideAt = (height: number, position: number) => (tree: Tree) =>
      new HiddenTree(tree, height, position, GARBAGE);

    it("I6: should end in a timeout when it lies left of the wrong piece", async () => {
      const { game, claims, claim, staking, provider, buyer, challenger, stranger } = await claimOf(
        WORDS,
        spoil(64 + WORDS - 25),
        hideAt(5, 40),
      );
      const path = game(Region.Body);
      await path.pointTop();
      await path.open();
      await path.point();
      await path.open();
      await path.point();
      expect(path.last).to.deep.include({ height: 5, position: 40, hash: GARBAGE });
      await expect(path.open()).to.be.revertedWithCustomError(claims, "ResultClaims_NotItsChildren");
      await networkHelpers.time.increase(RESPONSE_SECONDS + 1);
      await expect(claims.connect(stranger).timeout(ID, claim, path.last, path.above))
        .to.emit(staking, "SlashAsked")
        .withArgs(Offence.ResultWithheld, provider.address, JOB_BOND, buyer.address, challenger.address);
    });

    it("I6: should not keep a proof from succeeding when it lies right of the wrong word", async () => {
      // Word 2,000 is a pad that is not zero, in block 62, the last but one of its 1,024 words.
      for (const [height, position] of [
        [10, 2],
        [10, 3],
        [5, 63],
        [3, 4 * 63],
      ] as const) {
        const { game, claims } = await claimOf(WORDS, spoil(64 + 2_000), hideAt(height, position));
        const path = game(Region.Body);
        expect(await path.toWords()).to.equal(2_000);
        await path.prove(2_000, 0);
        expect(await claims.stateOf(ID)).to.equal(State.Slashed);
      }
    });

    it("I6: should end in a timeout when it is the wrong piece, at any height", async () => {
      for (const [height, position] of [
        [12, 0],
        [10, 3],
        [7, 31],
        [5, 127],
        [3, 511],
        [3, 0],
      ] as const) {
        const { game, claims, claim } = await claimOf(WORDS, () => undefined, hideAt(height, position));
        const path = game(Region.Body);
        await path.pointTop();
        while (path.last.height > height || path.last.height === 5) {
          const opened = await path.open().then(
            () => true,
            () => false,
          );
          if (!opened) break;
          if (path.last.height === 5) throw new Error("nobody can show these words");
          await path.point();
        }
        await networkHelpers.time.increase(RESPONSE_SECONDS + 1);
        await claims.timeout(ID, claim, path.last, path.above);
        expect(await claims.stateOf(ID)).to.equal(State.Slashed);
      }
    });

    it("I6: should end in a timeout when it is a leaf of the wrong word's block: left of it, around it or right", async () => {
      // Word 2,000 is the first one of leaf 250, the third of block 62.
      for (const leaf of [248, 249, 250, 251]) {
        const { game, claims, claim } = await claimOf(WORDS, spoil(64 + 2_000), hideAt(3, leaf));
        const path = game(Region.Body);
        await path.pointTop();
        await path.open();
        await path.point();
        await path.open();
        await path.point();
        expect(path.last).to.deep.include({ height: 5, position: 62 });
        await expect(path.open()).to.be.revertedWithCustomError(claims, "ResultClaims_NotItsChildren");
        await networkHelpers.time.increase(RESPONSE_SECONDS + 1);
        await claims.timeout(ID, claim, path.last, path.above);
        expect(await claims.stateOf(ID)).to.equal(State.Slashed);
      }
    });

    it("I6: should be proven at once when it is a piece, by whoever holds the tree above it", async () => {
      const world = await networkHelpers.loadFixture(deploy);
      const params = { laneBits: 0, pieceLog2: 3, gathers: false, indexAt: 0, tableAt: 0, rows: 1, rowLog2: 0 };
      const operator: Operator = {
        ...add(world, 32, 32),
        kernelCodeHash: world.hashes.MixKernel,
        mode: Mode.Piece,
        pieceLog2: 3,
        params: mixParams({ ...params, reads: [{ start: 0, stride: 1, log2: 0 }] }),
      };
      const program = new Program([operator], 32, 32);
      const honest = commit(world, program, execute(program, world.twins, new Map([[0, hex(9)]])));
      const hidden = new HiddenTree(honest.trees[Region.Output]!, 3, 2, GARBAGE);
      const claim = makeClaim(world, program, { ...honest.trace, outputRoot: hidden.node(5, 0) });
      await post(world, ID, claim);
      const holder = { ...honest, trees: honest.trees.with(Region.Output, hidden) };
      const path = new Game(world, ID, claim, Region.Output, hidden, holder);
      await path.prove(2 * 8 + 5, 0);
      expect(await world.claims.stateOf(ID)).to.equal(State.Slashed);
    });
  });

  describe("duplicates", () => {
    it("should keep equal subtrees and equal hashes apart by their place", async () => {
      const { game, claims } = await claimOf(4_096, spoil(64 + 4_096 - 25));
      const path = game(Region.Body);
      await path.pointTop();
      await path.open();
      // Children 0 and 1 are both trees of zeros.
      const [left, right] = [path.child(0), path.child(1)];
      expect(left.hash).to.equal(right.hash);
      await path.point(0);
      path.path.pop();
      await path.point(1);
      expect((await claims.claimOf(ID)).pending).to.equal(2n);
      await path.open();
      expect((await claims.branchOf(ID, branchId(ID, left))).status).to.equal(1n);
      expect((await claims.branchOf(ID, branchId(ID, right))).status).to.equal(2n);
      // The same key under another claim is another branch, too.
      expect(branchId(ID, left)).to.not.equal(branchId(ID + 1n, left));
    });

    it("should agree with the format on ids, heights and counts", async () => {
      const { claims, body } = await claimOf(64, () => undefined);
      const key = { region: Region.Body, height: 6, position: 0, hash: body.node(6, 0) };
      expect(await claims.branchIdOf(ID, key)).to.equal(branchId(ID, key));
      expect([36, 35, 11, 10, 6, 5].map(childHeight)).to.deep.equal([35, 30, 10, 5, 5, 0]);
      expect([36, 35, 14, 10, 6, 5].map(childCount)).to.deep.equal([2, 32, 16, 32, 2, 32]);
    });

    it("should tell a word from the leaf that it equals", async () => {
      const leaf = hashWords(Array.from({ length: 8 }, () => ZeroHash));
      const { game, claims } = await claimOf(64, (memory) => memory.words.set(64 + 8, leaf));
      const path = game(Region.Body);
      expect(await path.toWords()).to.equal(8);
      await path.prove(8, 0);
      expect(await claims.stateOf(ID)).to.equal(State.Slashed);
    });
  });

  describe("an honest provider that answers", () => {
    it("I6: should become final, however many point, within the bound", async () => {
      const { game, claims, staking } = await claimOf(2_048, () => undefined);
      const posted = (await claims.claimOf(ID)).windowEndsAt - BigInt(WINDOW_SECONDS);
      const path = game(Region.Body);
      // Both sides take all the time they have; the first pointer is committed to in the last second of the window, and
      // shown in the last second for that.
      await networkHelpers.time.setNextBlockTimestamp(Number(posted) + WINDOW_SECONDS);
      await path.commitTop();
      let at = Number(posted) + WINDOW_SECONDS + REVEAL_SECONDS;
      const next = async (call: () => Promise<void>, seconds: number): Promise<void> => {
        at += seconds;
        await networkHelpers.time.setNextBlockTimestamp(at);
        await call();
        expect(await claims.stateOf(ID)).to.equal(State.Open);
      };
      await next(() => path.pointTop(), 0);
      await next(() => path.open(), RESPONSE_SECONDS);
      await next(() => path.point(0), RESPONSE_SECONDS);
      await next(() => path.open(), RESPONSE_SECONDS);
      await next(() => path.point(31), RESPONSE_SECONDS);
      await next(() => path.open(), RESPONSE_SECONDS);
      for (let lane = 0; lane < 2; lane++) {
        const target = { region: Region.Body, position: 31 * 32, lane };
        const proof = prove(claims, ID, path.claim, target, path.witness(target));
        await expect(proof).to.be.revertedWithCustomError(claims, "ResultClaims_WordIsRight");
      }
      await networkHelpers.time.increaseTo(at + RESPONSE_SECONDS);
      expect(await claims.stateOf(ID)).to.equal(State.Open);
      await networkHelpers.time.increaseTo(at + RESPONSE_SECONDS + 1);
      expect(await claims.stateOf(ID)).to.equal(State.Final);
      expect(BigInt(at + RESPONSE_SECONDS)).to.equal(
        posted + BigInt(WINDOW_SECONDS + REVEAL_SECONDS + 2 * path.path.length * RESPONSE_SECONDS),
      );
      expect(await staking.slashes()).to.equal(0n);
    });
  });

  it("I6: should end in a proof at the edges of the largest body: its first word, its last, and the last of its tree", async () => {
    const words = 2 ** 40 - 128;
    const edges: [number, (memory: Memory) => void][] = [
      [0, (memory) => memory.words.set(64, hex(1))],
      [words - 1, (memory) => memory.words.set(64 + words - 1, hex(1))],
      [2 ** 40 - 1, (memory) => memory.pads[Region.Body]!.set(2 ** 40 - 1, hex(1))],
    ];
    for (const [position, spoilt] of edges) {
      const { game, claims } = await claimOf(words, spoilt);
      const path = game(Region.Body);
      expect(await path.toWords()).to.equal(position);
      expect(path.path).to.have.length(8);
      await path.prove(position, 0);
      expect(await claims.stateOf(ID)).to.equal(State.Slashed);
    }
  });

  it("I6: should end in a proof for any wrong trace of any program, by a challenger that sees only openings", async () => {
    const seeds = fc.integer({ min: 0, max: 2 ** 31 - 1 });
    await fc.assert(
      fc.asyncProperty(seeds, async (seed) => {
        const chance = new Random(seed);
        const world = await networkHelpers.loadFixture(deploy);
        const { program, input } = randomCase(chance, world.hashes.MixKernel);
        const memory = execute(program, world.twins, input);
        const wrong = corrupt(chance, memory, tampered(chance, world.twins, input, program));
        const target = firstWrong(memory, wrong);
        const known = commit(world, program, wrong);
        const claim = makeClaim(world, program, known.trace);
        await post(world, ID, claim);

        const region = target.region === Region.Body ? Region.Body : Region.Output;
        const honest = commit(world, program, memory);
        const path = new Game(world, ID, claim, region, known.trees[region]!, honest);
        expect(await path.toWords()).to.equal(target.position);
        await path.prove(target.position, target.lane);
        expect(await world.claims.stateOf(ID)).to.equal(State.Slashed);
      }),
      { numRuns: 30 },
    );
  });

  it("should cost less than 0.9 M gas for 2^20 words, both sides together", async () => {
    const words = 2 ** 20;
    const { game, claims } = await claimOf(words, spoil(64 + words - 25));
    const path = game(Region.Body);
    const position = await path.toWords();
    await path.prove(position, 0);
    expect(await claims.stateOf(ID)).to.equal(State.Slashed);
    expect(path.path.map(({ height }) => height)).to.deep.equal([20, 15, 10, 5]);
    expect(path.gasTotal()).to.be.lessThan(900_000n);
    for (const [call, most] of Object.entries({
      pointTop: 112_000n,
      point: 112_000n,
      open: 92_000n,
      prove: 300_000n,
    })) {
      for (const used of path.gas[call]!) expect(used, call).to.be.lessThan(most);
    }
  });
});
