import { expect } from "chai";
import { parseEther, toBeHex, ZeroAddress } from "ethers";
import hre from "hardhat";

import { execute } from "../verifiers/support/execute.js";
import { addParams, mixParams } from "../verifiers/support/kernels.js";
import { Mode, type Operator, Program, Region } from "../verifiers/support/program.js";
import { siblingsOf } from "../verifiers/support/tree.js";
import { makeWitness } from "../verifiers/support/witness.js";
import { commit } from "../verifiers/support/world.js";
import {
  type ClaimsWorld,
  deployClaims,
  JOB_BOND,
  makeClaim,
  post,
  RESPONSE_SECONDS,
  REWARDS,
  State,
} from "./support/claims.js";
import { commitToProof, pointTop, prove } from "./support/commitments.js";
import { Game } from "./support/game.js";

const { ethers, networkHelpers } = await hre.network.create();

const ID = 259n;
const BODY_WORDS = 2_048;
const WRONG = { region: Region.Body, position: 1_500, lane: 0 };

describe("ResultClaims, rewards", () => {
  const deploy = (): Promise<ClaimsWorld> => deployClaims(ethers);

  /** A claim of which body word 1,500, in block 46, is wrong: three openings lead there. */
  async function posted(rewards = REWARDS) {
    const world = await networkHelpers.loadFixture(deploy);
    await world.claims.connect(world.governor).setRewardRule(rewards);
    const operator = {
      kernelCodeHash: world.hashes.AddKernel,
      words: BODY_WORDS + 32,
      usedWords: 32,
      mode: Mode.Lane,
      pieceLog2: 0,
      laneBits: 32,
      params: addParams(0, 1),
    };
    const program = new Program([operator], 32, 32);
    const honest = commit(world, program, execute(program, world.twins, new Map()));
    const memory = execute(program, world.twins, new Map());
    memory.words.set(32 + WRONG.position, toBeHex(1, 32));
    const known = commit(world, program, memory);
    const claim = { ...makeClaim(world, program, known.trace), rewards };
    await post(world, ID, claim);
    const game = new Game(world, ID, claim, Region.Body, known.trees[Region.Body]!, honest);
    const finisher = (await ethers.getSigners())[9]!;
    return { ...world, claim, known, game, finisher };
  }

  type Base = Awaited<ReturnType<typeof posted>>;

  /** The stranger owns the top and the block at the end, the challenger the branch between. */
  async function cornered(base: Base): Promise<void> {
    const { claims, claim, game, stranger } = base;
    await pointTop(claims.connect(stranger), ID, claim, Region.Body);
    game.path.push(game.top);
    await game.open();
    await game.point();
    await game.open();
    const child = game.child(game.firstWrongChild());
    const siblings = siblingsOf(game.seen, child.height, child.position, game.last.height);
    const index = child.position % 32;
    await claims
      .connect(stranger)
      .point(ID, game.last, index, child.hash, siblings, { value: await claims.bondOf(ID) });
    game.path.push(child);
    await game.open();
  }

  /** What each account's name was slashed for: the registry pays 30 % of it. */
  async function partsOf({ staking }: Base): Promise<Record<string, bigint>> {
    const events = await staking.queryFilter(staking.filters.SlashAsked());
    const parts: Record<string, bigint> = {};
    for (const { args } of events) {
      expect(parts[args.reporter]).to.equal(undefined);
      parts[args.reporter] = args.mill;
    }
    expect(Object.values(parts).reduce((sum, mill) => sum + mill, 0n)).to.equal(JOB_BOND);
    return parts;
  }

  const rewardOf = (part: bigint | undefined): bigint => ((part ?? 0n) * 30n) / 100n;
  const near = (actual: bigint, expected: bigint): void => {
    expect(actual).to.be.within(expected - 10n, expected);
  };
  const WHOLE = (JOB_BOND * 30n) / 100n;

  it("should refund each pointer first, then go half to the path, by branches, and half to the finisher", async () => {
    const base = await posted();
    const { claims, claim, game, finisher, stranger, challenger } = base;
    await cornered(base);
    await prove(claims.connect(finisher), ID, claim, WRONG, game.witness(WRONG));
    const parts = await partsOf(base);
    const toFinisher = (WHOLE - 3n * REWARDS.moveRefund) / 2n;
    const toEach = (WHOLE - toFinisher) / 3n;
    near(rewardOf(parts[stranger.address]), 2n * toEach);
    near(rewardOf(parts[challenger.address]), toEach);
    // What rounding left is the last one's.
    expect(rewardOf(parts[finisher.address])).to.be.within(toFinisher - 10n, toFinisher + 10n);
  });

  describe("for the path to other words", () => {
    const piece = { region: Region.Body, position: 13, lane: 0 };
    const pad = { ...piece, position: 32 };
    const beyond = { ...piece, position: 2_047 };
    const anything = { mode: Mode.Piece, pieceLog2: 255, laneBits: 7, words: 3, usedWords: 9 };
    const cases: [string, number, typeof piece, Partial<Operator>][] = [
      ...[0, 3, 4, 5].map((log2): (typeof cases)[number] => [`a piece of ${2 ** log2} words`, log2, piece, {}]),
      ["a pad of an operator with pieces", 5, pad, {}],
      ["a word past the region's end", 3, beyond, {}],
      ["a word past the region's end, beside an operator of any kind", 3, beyond, anything],
    ];
    for (const [what, pieceLog2, wrong, change] of cases) {
      it(`should be found over ${what}`, async () => {
        const world = await networkHelpers.loadFixture(deploy);
        const mix = { laneBits: 0, pieceLog2, gathers: false, indexAt: 0, tableAt: 0, rows: 1, rowLog2: 0, reads: [] };
        const operator = {
          kernelCodeHash: world.hashes.MixKernel,
          ...{ words: BODY_WORDS, usedWords: 32, mode: Mode.Piece, pieceLog2, laneBits: 256, params: mixParams(mix) },
        };
        const program = new Program([operator], 32, 32);
        const memory = execute(program, world.twins, new Map());
        const honest = commit(world, program, memory.copy());
        if (wrong.position < program.wordsOf(Region.Body)) memory.words.set(32 + wrong.position, toBeHex(1, 32));
        else memory.pads[Region.Body]!.set(wrong.position, toBeHex(1, 32));
        const known = commit(world, program, memory);
        const claim = makeClaim(world, program, known.trace);
        await post(world, ID, claim);
        const game = new Game(world, ID, claim, Region.Body, known.trees[Region.Body]!, honest);
        const finisher = (await ethers.getSigners())[9]!;
        expect(await game.toWords()).to.equal(wrong.position);
        const witness = game.witness(wrong);
        const shown = { ...witness, operator: { ...witness.operator, ...change } };
        await prove(world.claims.connect(finisher), ID, claim, wrong, shown);
        const parts = await partsOf({ ...world, claim, known, game, finisher });
        near(rewardOf(parts[world.challenger.address]), WHOLE - (WHOLE - 3n * REWARDS.moveRefund) / 2n);
      });
    }
  });

  it("should all go to who proves it without a game", async () => {
    const base = await posted();
    const { claims, claim, known, finisher } = base;
    await prove(claims.connect(finisher), ID, claim, WRONG, makeWitness(known, WRONG));
    expect(await partsOf(base)).to.deep.equal({ [finisher.address]: JOB_BOND });
  });

  it("should go half to a finisher that committed before a liar's friend had a path opened", async () => {
    const base = await posted();
    const { claims, claim, known, finisher, stranger, challenger } = base;
    const witness = makeWitness(known, WRONG);
    const early = await commitToProof(claims.connect(finisher), ID, { target: WRONG, witness });
    await cornered(base);
    const proof = claims.connect(finisher).prove(ID, claim, WRONG, witness, early);
    await expect(proof).to.emit(claims, "ClaimSlashed");
    const parts = await partsOf(base);
    const toFinisher = (WHOLE - 3n * REWARDS.moveRefund) / 2n;
    expect(rewardOf(parts[finisher.address])).to.be.within(toFinisher - 10n, toFinisher + 10n);
    near(rewardOf(parts[stranger.address]), ((WHOLE - toFinisher) * 2n) / 3n);
    near(rewardOf(parts[challenger.address]), (WHOLE - toFinisher) / 3n);
  });

  it("should not go to who copies the last transaction, however that is changed", async () => {
    const base = await posted();
    const { claims, claim, game, finisher, stranger } = base;
    await cornered(base);
    const witness = game.witness(WRONG);
    const reveal = await commitToProof(claims.connect(finisher), ID, { target: WRONG, witness });
    await expect(claims.connect(stranger).prove(ID, claim, WRONG, witness, reveal)).to.be.revertedWithCustomError(
      claims,
      "ClaimGame_NotCommitted",
    );
    await claims.connect(finisher).prove(ID, claim, WRONG, witness, reveal);
    expect((await partsOf(base))[finisher.address]).to.be.greaterThan(0n);
  });

  it("should go to the path after a timeout, whoever calls, and the path cannot be left out", async () => {
    const base = await posted();
    const { claims, claim, game, finisher, stranger, challenger } = base;
    await pointTop(claims.connect(stranger), ID, claim, Region.Body);
    game.path.push(game.top);
    await game.open();
    await game.point();
    await networkHelpers.time.increase(RESPONSE_SECONDS + 1);
    const call = claims.connect(finisher);
    for (const above of [[], [game.top.hash, game.top.hash]]) {
      await expect(call.timeout(ID, claim, game.last, above)).to.be.revertedWithCustomError(
        claims,
        "ResultClaims_NotItsPath",
      );
    }
    await expect(call.timeout(ID, claim, game.last, [game.last.hash])).to.be.revertedWithCustomError(
      claims,
      "ClaimGame_NotOpened",
    );
    await call.timeout(ID, claim, game.last, game.above);
    const parts = await partsOf(base);
    near(rewardOf(parts[stranger.address]), WHOLE / 2n);
    expect(Object.keys(parts).sort()).to.deep.equal([stranger.address, challenger.address].sort());
  });

  it("should be capped, and what is above the cap be burned", async () => {
    const base = await posted({ cap: parseEther("6"), moveRefund: parseEther("1") });
    const { claims, claim, game, finisher, stranger, challenger } = base;
    await cornered(base);
    await prove(claims.connect(finisher), ID, claim, WRONG, game.witness(WRONG));
    const parts = await partsOf(base);
    near(rewardOf(parts[finisher.address]), parseEther("1.5"));
    near(rewardOf(parts[stranger.address]), parseEther("3"));
    near(rewardOf(parts[challenger.address]), parseEther("1.5"));
    expect(parts[ZeroAddress]).to.be.greaterThan((JOB_BOND * 95n) / 100n);
  });

  it("should be all refund when there is little, and all burned when there is none", async () => {
    const little = await posted({ cap: parseEther("3"), moveRefund: parseEther("1") });
    await cornered(little);
    await prove(little.claims.connect(little.finisher), ID, little.claim, WRONG, little.game.witness(WRONG));
    expect(Object.keys(await partsOf(little))).not.to.include(little.finisher.address);

    const none = await posted({ cap: 0n, moveRefund: parseEther("1") });
    await prove(none.claims.connect(none.finisher), ID, none.claim, WRONG, makeWitness(none.known, WRONG));
    expect(await partsOf(none)).to.deep.equal({ [ZeroAddress]: JOB_BOND });
  });

  it("should be governance's to set, within bounds, and I10: not for claims that are open", async () => {
    const base = await posted();
    const { claims, claim, known, governor, stranger, finisher } = base;
    await expect(claims.connect(stranger).setRewardRule(REWARDS)).to.be.revertedWithCustomError(
      claims,
      "AccessManagedUnauthorized",
    );
    const tooMuch = { ...REWARDS, moveRefund: parseEther("1000") + 1n };
    await expect(claims.connect(governor).setRewardRule(tooMuch)).to.be.revertedWithCustomError(
      claims,
      "ClaimGame_BadRewardRule",
    );
    const rule = { cap: 0n, moveRefund: parseEther("1000") };
    await expect(claims.connect(governor).setRewardRule(rule))
      .to.emit(claims, "RewardRuleChanged")
      .withArgs([rule.cap, rule.moveRefund]);
    expect([...(await claims.rewardRule())]).to.deep.equal([rule.cap, rule.moveRefund]);
    await prove(claims.connect(finisher), ID, claim, WRONG, makeWitness(known, WRONG));
    expect(await partsOf(base)).to.deep.equal({ [finisher.address]: JOB_BOND });
    expect(await claims.stateOf(ID)).to.equal(State.Slashed);
  });
});
