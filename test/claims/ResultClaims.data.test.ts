import { concat, parseEther, toBeHex, ZeroAddress } from "ethers";
import { expect } from "chai";
import hre from "hardhat";

import { execute } from "../verifiers/support/execute.js";
import { addParams } from "../verifiers/support/kernels.js";
import { Mode, Program, Region } from "../verifiers/support/program.js";
import { Random } from "../verifiers/support/random.js";
import { pairedRoot, siblingsOf, type Tree, type Word } from "../verifiers/support/tree.js";
import { makeWitness } from "../verifiers/support/witness.js";
import { commit } from "../verifiers/support/world.js";
import {
  BRANCH_BOND,
  type ClaimsWorld,
  demandId,
  deployClaims,
  JOB_BOND,
  makeClaim,
  Offence,
  post,
  RESPONSE_SECONDS,
  State,
  WINDOW_SECONDS,
} from "./support/claims.js";
import { pointTop, prove } from "./support/commitments.js";
import { Game } from "./support/game.js";

const { ethers, networkHelpers } = await hre.network.create();

const ID = 258n;
const FEE = 2n * BRANCH_BOND;
const CHUNK_WORDS = 256;
const MAX_DEMANDS = 8;

describe("ResultClaims, data", () => {
  const deploy = (): Promise<ClaimsWorld> => deployClaims(ethers);

  /** An honest claim with ten chunks of input, half a chunk of output and a body. */
  async function posted({ isPrivate = false, isPaired = false } = {}) {
    const world = await networkHelpers.loadFixture(deploy);
    const random = new Random(5);
    const operator = (words: number) => ({
      kernelCodeHash: world.hashes.AddKernel,
      words,
      usedWords: words,
      mode: Mode.Lane,
      pieceLog2: 0,
      laneBits: 32,
      params: addParams(0, 1),
    });
    const program = new Program([operator(64), operator(128)], 10 * CHUNK_WORDS, 128);
    const input = new Map(Array.from({ length: 10 * CHUNK_WORDS }, (_, i) => [i, random.word()]));
    const known = commit(world, program, execute(program, world.twins, input));
    const claim = makeClaim(world, program, known.trace);
    claim.terms.isPrivate = isPrivate;
    if (isPaired) claim.outputRoot = pairedRoot(wordsOf(known.trees[Region.Output]!));
    await post(world, ID, claim);
    const game = new Game(world, ID, claim, Region.Body, known.trees[Region.Body]!, known);
    return { ...world, claim, known, game };
  }

  const wordsOf = (tree: Tree): Word[] => Array.from({ length: 2 ** tree.depth }, (_, i) => tree.node(0, i));

  type Base = Awaited<ReturnType<typeof posted>>;

  const demand = ({ claims, claim, challenger }: Base, region: Region, chunk: number, from = challenger) =>
    claims.connect(from).demand(ID, claim, region, chunk, { value: FEE });

  function chunkOf({ known }: Base, region: Region, chunk: number): { words: Word[]; siblings: Word[] } {
    const tree = known.trees[region]!;
    const log2 = Math.min(8, tree.depth);
    const words = Array.from({ length: 2 ** log2 }, (_, i) => tree.node(0, chunk * 2 ** log2 + i));
    return { words, siblings: siblingsOf(tree, log2, chunk) };
  }

  const deliver = (base: Base, region: Region, chunk: number) => {
    const { words, siblings } = chunkOf(base, region, chunk);
    return base.claims.connect(base.provider).deliver(ID, base.claim, region, chunk, words, siblings);
  };

  it("should be shown in the event, and paid, once for each chunk", async () => {
    const base = await posted();
    const { claims, claim, challenger, stranger, provider } = base;
    for (const [region, chunk] of [
      [Region.Input, 9],
      [Region.Output, 0],
    ] as const) {
      const id = demandId(ID, region, chunk);
      expect(await claims.demandIdOf(ID, region, chunk)).to.equal(id);
      const demanded = demand(base, region, chunk);
      await expect(demanded).to.changeEtherBalances(ethers, [challenger, claims], [-FEE, FEE]);
      await expect(demanded)
        .to.emit(claims, "ChunkDemanded")
        .withArgs(ID, id, challenger.address, region, chunk, (answerBy: bigint) => answerBy > 0n);
      await expect(demand(base, region, chunk, stranger)).not.to.emit(claims, "ChunkDemanded");
      const { words, siblings } = chunkOf(base, region, chunk);
      await expect(deliver(base, region, chunk))
        .to.emit(claims, "ChunkDelivered")
        .withArgs(ID, id, region, chunk, words);
      await expect(claims.deliver(ID, claim, region, chunk, [], siblings)).not.to.emit(claims, "ChunkDelivered");
    }
    expect((await claims.claimOf(ID)).pending).to.equal(0n);
    await networkHelpers.time.increase(WINDOW_SECONDS + RESPONSE_SECONDS);
    expect(await claims.stateOf(ID)).to.equal(State.Final);
    const ids = [demandId(ID, Region.Input, 9), demandId(ID, Region.Output, 0)];
    await expect(claims.withdrawBonds(ID, claim, ids, challenger, challenger)).to.be.revertedWithCustomError(
      claims,
      "ClaimGame_NoBond",
    );
    await expect(claims.withdrawBonds(ID, claim, ids, provider, provider)).to.changeEtherBalances(
      ethers,
      [provider, claims],
      [2n * FEE, -2n * FEE],
    );
  });

  it("should cost the bond when it is withheld, and be paid for all the same", async () => {
    const base = await posted();
    const { claims, claim, staking, provider, buyer, challenger, stranger } = base;
    await demand(base, Region.Output, 0);
    const timeout = () => claims.connect(stranger).timeoutDemand(ID, claim, Region.Output, 0);
    await expect(timeout()).to.be.revertedWithCustomError(claims, "ClaimGame_NotOverdue");
    await networkHelpers.time.increase(RESPONSE_SECONDS + 1);
    await expect(deliver(base, Region.Output, 0)).to.be.revertedWithCustomError(claims, "ClaimGame_AnswerTooLate");
    const slashed = timeout();
    await expect(slashed)
      .to.emit(claims, "ClaimSlashed")
      .withArgs(ID, provider.address, ZeroAddress, Offence.ResultWithheld);
    await expect(slashed)
      .to.emit(staking, "SlashAsked")
      .withArgs(Offence.ResultWithheld, provider.address, JOB_BOND, buyer.address, challenger.address);
    const ids = [demandId(ID, Region.Output, 0)];
    await expect(claims.withdrawBonds(ID, claim, ids, provider, provider)).to.changeEtherBalance(ethers, provider, FEE);
  });

  it("should keep a claim open until it is answered, and be demanded in the window only", async () => {
    const base = await posted();
    const { claims } = base;
    const { windowEndsAt } = await claims.claimOf(ID);
    await networkHelpers.time.setNextBlockTimestamp(windowEndsAt);
    await demand(base, Region.Input, 0);
    await expect(demand(base, Region.Input, 1)).to.be.revertedWithCustomError(claims, "ClaimGame_WindowOver");
    await networkHelpers.time.increaseTo(windowEndsAt + BigInt(RESPONSE_SECONDS) - 1n);
    expect(await claims.stateOf(ID)).to.equal(State.Open);
    await deliver(base, Region.Input, 0);
    expect(await claims.stateOf(ID)).to.equal(State.Final);
  });

  it("should refuse words that are not the chunk, too little, and chunks that are not there", async () => {
    const base = await posted();
    const { claims, claim } = base;
    await demand(base, Region.Input, 3);
    const { words, siblings } = chunkOf(base, Region.Input, 3);
    const others: [Word[], Word[]][] = [
      [words.toReversed(), siblings],
      [words.slice(1), siblings],
      [words, siblings.slice(1)],
      [[...words, ...chunkOf(base, Region.Input, 2).words], siblings.slice(1)],
      [chunkOf(base, Region.Input, 2).words, chunkOf(base, Region.Input, 2).siblings],
    ];
    for (const [shown, path] of others) {
      await expect(claims.deliver(ID, claim, Region.Input, 3, shown, path)).to.be.revertedWithCustomError(
        claims,
        "ChunkGame_NotTheChunk",
      );
    }
    await expect(claims.deliver(ID, claim, Region.Input, 4, words, siblings)).to.be.revertedWithCustomError(
      claims,
      "ClaimGame_NotPointedAt",
    );
    await expect(demand(base, Region.Body, 0)).to.be.revertedWithCustomError(claims, "ChunkGame_NothingToDemand");
    // The input's tree has 16 chunks, pads included; the output is one.
    await expect(demand(base, Region.Input, 16)).to.be.revertedWithCustomError(claims, "ChunkGame_NoSuchChunk");
    await expect(demand(base, Region.Output, 1)).to.be.revertedWithCustomError(claims, "ChunkGame_NoSuchChunk");
    await expect(claims.demand(ID, claim, Region.Input, 0, { value: FEE - 1n })).to.be.revertedWithCustomError(
      claims,
      "ClaimGame_BondTooSmall",
    );
    expect(concat(words)).to.have.length(2 + 2 * 32 * CHUNK_WORDS);
  });

  it("should not be taken when it folds in pairs, as the memory of a machine does", async () => {
    const base = await posted({ isPaired: true });
    await demand(base, Region.Output, 0);
    await expect(deliver(base, Region.Output, 0)).to.be.revertedWithCustomError(base.claims, "ChunkGame_NotTheChunk");
    await networkHelpers.time.increase(RESPONSE_SECONDS + 1);
    await base.claims.timeoutDemand(ID, base.claim, Region.Output, 0);
    expect(await base.claims.stateOf(ID)).to.equal(State.Slashed);
  });

  it("should leave the buyer demands of its own, and free one with each answer", async () => {
    const base = await posted();
    const { claims, buyer } = base;
    for (let chunk = 0; chunk < MAX_DEMANDS; chunk++) await demand(base, Region.Input, chunk);
    await expect(demand(base, Region.Input, 8))
      .to.be.revertedWithCustomError(claims, "ClaimGame_TooManyDemands")
      .withArgs(MAX_DEMANDS);
    await demand(base, Region.Output, 0, buyer);
    await deliver(base, Region.Output, 0);
    for (let chunk = 8; chunk < 16; chunk++) await demand(base, Region.Input, chunk, buyer);
    await deliver(base, Region.Input, 0);
    expect((await claims.claimOf(ID)).demands).to.equal(7n);
    expect((await claims.claimOf(ID)).buyerDemands).to.equal(8n);
  });

  it("should cost a provider less than the fee, at the price of gas that it covers", async () => {
    const base = await posted();
    await demand(base, Region.Input, 5);
    const { gasUsed } = (await (await deliver(base, Region.Input, 5)).wait())!;
    expect(gasUsed).to.be.lessThan(600_000n);
  });

  describe("of a private job", () => {
    it("should be asked for, and pointed at, by the buyer and who it names only", async () => {
      const base = await posted({ isPrivate: true });
      const { claims, claim, game, buyer, stranger, challenger } = base;
      const refused = async (act: Promise<unknown>): Promise<void> => {
        await expect(act).to.be.revertedWithCustomError(claims, "ClaimGame_NotEntitled").withArgs(ID, stranger.address);
      };
      await refused(pointTop(claims.connect(stranger), ID, claim, Region.Body));
      await refused(demand(base, Region.Input, 0, stranger));
      await expect(claims.connect(buyer).nameChecker(challenger, true))
        .to.emit(claims, "CheckerNamed")
        .withArgs(buyer.address, challenger.address, true);
      expect(await claims.isChecker(buyer, challenger)).to.be.true;
      await game.pointTop();
      await game.open();
      const child = game.child(1);
      const siblings = siblingsOf(game.seen, child.height, child.position, game.top.height);
      const value = parseEther("1");
      await refused(claims.connect(stranger).point(ID, game.top, 1, child.hash, siblings, { value }));
      await game.point(1);
      await demand(base, Region.Input, 0);
      await demand(base, Region.Input, 1, buyer);
      await claims.connect(buyer).nameChecker(challenger, false);
      await expect(demand(base, Region.Input, 2)).to.be.revertedWithCustomError(claims, "ClaimGame_NotEntitled");
      // Answers, and the end of what is not answered, are everybody's.
      await claims.connect(stranger).open(ID, game.last, game.childrenOf(game.last));
    });

    it("should not let another buyer name its checkers, and be proven wrong by anyone", async () => {
      const base = await posted({ isPrivate: true });
      const { claims, world, known, stranger } = { ...base, world: base };
      await claims.connect(stranger).nameChecker(stranger, true);
      await expect(demand(base, Region.Input, 0, stranger)).to.be.revertedWithCustomError(
        claims,
        "ClaimGame_NotEntitled",
      );
      const memory = (known.memory as ReturnType<typeof execute>).copy();
      memory.words.set(10 * CHUNK_WORDS + 64 + 3, toBeHex(1, 32));
      const wrong = commit(world, known.program, memory);
      const claim = makeClaim(world, known.program, wrong.trace);
      claim.terms.isPrivate = true;
      await post(world, ID + 1n, claim);
      const target = { region: Region.Output, position: 3, lane: 0 };
      await prove(claims.connect(stranger), ID + 1n, claim, target, makeWitness(wrong, target));
      expect(await claims.stateOf(ID + 1n)).to.equal(State.Slashed);
    });
  });
});
