import { firstDigest } from "@millrace/jobs";
import { expect } from "chai";
import { toBeHex, ZeroAddress } from "ethers";
import fc from "fast-check";
import hre from "hardhat";

import { execute } from "../verifiers/support/execute.js";
import { addParams } from "../verifiers/support/kernels.js";
import { Mode, type Operator, Program, Region } from "../verifiers/support/program.js";
import { Random } from "../verifiers/support/random.js";
import { siblingsOf } from "../verifiers/support/tree.js";
import { makeWitness } from "../verifiers/support/witness.js";
import { commit } from "../verifiers/support/world.js";
import {
  BRANCH_BOND,
  branchId,
  type BranchKey,
  type ClaimsWorld,
  deployClaims,
  makeClaim,
  post,
  RESPONSE_SECONDS,
  State,
  WINDOW_SECONDS,
} from "./support/claims.js";
import { pointTop, prove } from "./support/commitments.js";
import { aboveOf, childCount, childHeight, Game } from "./support/game.js";

const { ethers, networkHelpers } = await hre.network.create();

const ID = 3n;
/** Bond of the second branch, while the first is pending. */
const SECOND_BOND = (BRANCH_BOND * 33n) / 32n;

const idsOf = (keys: readonly BranchKey[]): string[] => keys.map((key) => branchId(ID, key));

describe("ResultClaims, bonds of branches", () => {
  const deploy = (): Promise<ClaimsWorld> => deployClaims(ethers);

  /** An honest claim over a body of 1,024 words, unless its last word, a pad, is spoiled. */
  async function posted({ isWrong = false } = {}) {
    const world = await networkHelpers.loadFixture(deploy);
    const operator: Operator = {
      kernelCodeHash: world.hashes.AddKernel,
      words: 1_056,
      usedWords: 20,
      mode: Mode.Lane,
      pieceLog2: 0,
      laneBits: 32,
      params: addParams(0, 1),
    };
    const program = new Program([operator], 32, 32);
    const input = new Map(Array.from({ length: 32 }, (_, i) => [i, toBeHex(i + 1, 32)]));
    const memory = execute(program, world.twins, input);
    if (isWrong) memory.words.set(32 + 1_023, toBeHex(1, 32));
    const known = commit(world, program, memory);
    const claim = makeClaim(world, program, known.trace);
    await post(world, ID, claim);
    const game = new Game(world, ID, claim, Region.Body, known.trees[Region.Body]!, known);
    return { ...world, claim, known, game };
  }

  async function finalised() {
    const base = await posted();
    await base.game.pointTop();
    await base.game.open();
    await base.game.point(3);
    await base.game.open();
    await networkHelpers.time.increase(WINDOW_SECONDS + RESPONSE_SECONDS + 1);
    expect(await base.claims.stateOf(ID)).to.equal(State.Final);
    return base;
  }

  async function slashed() {
    const base = await posted({ isWrong: true });
    const { claims, claim, stranger, known, game } = base;
    await game.pointTop();
    await pointTop(claims.connect(stranger), ID, claim, Region.Output);
    const wrong = { region: Region.Body, position: 1_023, lane: 0 };
    await prove(claims, ID, claim, wrong, makeWitness(known, wrong));
    const output: BranchKey = { region: Region.Output, height: 5, position: 0, hash: claim.outputRoot };
    return { ...base, output };
  }

  it("should pay all bonds to the provider of a claim that stands", async () => {
    const { claims, claim, game, provider, stranger } = await finalised();
    const withdrawal = claims.connect(stranger).withdrawBonds(ID, claim, idsOf(game.path), provider, provider);
    await expect(withdrawal).to.changeEtherBalances(ethers, [provider, claims], [2n * BRANCH_BOND, -2n * BRANCH_BOND]);
    await expect(withdrawal)
      .to.emit(claims, "BondsWithdrawn")
      .withArgs(ID, provider.address, provider.address, 2n * BRANCH_BOND);
  });

  it("should pay each bond back to its owner when the claim fell", async () => {
    const { claims, claim, game, challenger, stranger, output } = await slashed();
    for (const [owner, key, bond] of [
      [challenger, game.top, BRANCH_BOND],
      [stranger, output, SECOND_BOND],
    ] as const) {
      await expect(claims.withdrawBonds(ID, claim, idsOf([key]), owner, owner)).to.changeEtherBalances(
        ethers,
        [owner, claims],
        [bond, -bond],
      );
    }
    expect(await ethers.provider.getBalance(claims)).to.equal(0n);
  });

  it("should pay nothing before the claim ended", async () => {
    const { claims, claim, game, provider, challenger } = await posted();
    await game.pointTop();
    for (const account of [provider, challenger]) {
      await expect(claims.withdrawBonds(ID, claim, idsOf([game.top]), account, account))
        .to.be.revertedWithCustomError(claims, "ClaimGame_NotEnded")
        .withArgs(ID, State.Open);
    }
    await expect(claims.withdrawBonds(ID + 1n, claim, [], provider, provider)).to.be.revertedWithCustomError(
      claims,
      "ClaimGame_OtherClaim",
    );
  });

  it("should pay no bond twice, nor one that nobody took, nor another's", async () => {
    const final = await finalised();
    const { claims, claim, game, provider, challenger } = final;
    const refusals: [BranchKey[], typeof provider][] = [
      [[game.top, game.top], provider],
      [[{ ...game.top, position: 1 }], provider],
      [[game.top], challenger],
    ];
    for (const [keys, account] of refusals) {
      await expect(claims.withdrawBonds(ID, claim, idsOf(keys), account, account)).to.be.revertedWithCustomError(
        claims,
        "ClaimGame_NoBond",
      );
    }
    await claims.withdrawBonds(ID, claim, idsOf([game.top]), provider, provider);
    await expect(claims.withdrawBonds(ID, claim, idsOf([game.top]), provider, provider)).to.be.revertedWithCustomError(
      claims,
      "ClaimGame_NoBond",
    );
    // What is left is the other branch's.
    expect(await ethers.provider.getBalance(claims)).to.equal(BRANCH_BOND);
  });

  it("should not pay a slashed provider, nor one challenger another's bond", async () => {
    const { claims, claim, game, provider, stranger } = await slashed();
    for (const account of [provider, stranger]) {
      await expect(claims.withdrawBonds(ID, claim, idsOf([game.top]), account, account))
        .to.be.revertedWithCustomError(claims, "ClaimGame_NoBond")
        .withArgs(branchId(ID, game.top), account.address);
    }
  });

  for (const end of ["final", "fallen"] as const) {
    it(`should pay no bond of another claim to whoever has a ${end} one`, async () => {
      const base = await posted();
      const { claims, claim, game, staking, provider, challenger, stranger } = base;
      await game.pointTop();
      const fee = { value: await claims.feeOf(ID) };
      await claims.demand(ID, claim, Region.Output, 0, fee);
      // The thief's own claim, of which it is provider and challenger.
      const own = structuredClone({ ...claim, terms: { ...claim.terms, provider: stranger.address } });
      await post(base, ID + 1n, own);
      if (end === "fallen") {
        await pointTop(claims.connect(stranger), ID + 1n, own, Region.Body);
        await networkHelpers.time.increase(RESPONSE_SECONDS + 1);
        await claims.connect(stranger).timeout(ID + 1n, own, game.top, []);
        expect(await staking.slashes()).to.not.equal(0n);
      } else await networkHelpers.time.increase(WINDOW_SECONDS + RESPONSE_SECONDS + 1);
      const held = await ethers.provider.getBalance(claims);

      const questions = [branchId(ID, game.top), await claims.demandIdOf(ID, Region.Output, 0)];
      for (const question of questions) {
        for (const account of [stranger, provider, challenger]) {
          await expect(claims.connect(account).withdrawBonds(ID + 1n, own, [question], account, account))
            .to.be.revertedWithCustomError(claims, "ClaimGame_NoBond")
            .withArgs(question, account.address);
        }
      }
      expect(await ethers.provider.getBalance(claims)).to.equal(held);
      expect((await claims.branchOf(ID + 1n, questions[0]!)).status).to.equal(0n);
    });
  }

  it("should let only the account itself send its bonds elsewhere", async () => {
    const { claims, claim, game, provider, stranger } = await finalised();
    await expect(claims.connect(stranger).withdrawBonds(ID, claim, idsOf(game.path), provider, stranger))
      .to.be.revertedWithCustomError(claims, "ClaimGame_NotYours")
      .withArgs(provider.address, stranger.address);
    await expect(
      claims.connect(provider).withdrawBonds(ID, claim, idsOf(game.path), provider, stranger),
    ).to.changeEtherBalances(ethers, [stranger], [2n * BRANCH_BOND]);
  });

  describe("a challenger that is a contract", () => {
    async function contractSlashed() {
      const base = await posted({ isWrong: true });
      const { claims, claim, known, game } = base;
      const receiver = await ethers.deployContract("BondReceiver", [claims]);
      const salt = toBeHex(9, 32);
      await receiver.commit(1n, firstDigest(branchId(ID, game.top), await receiver.getAddress(), salt));
      await receiver.pointTop(ID, claim, Region.Body, { lane: 1n, salt }, { value: BRANCH_BOND });
      // Another's bond lies beside it.
      await pointTop(claims, ID, claim, Region.Output);
      const wrong = { region: Region.Body, position: 1_023, lane: 0 };
      await prove(claims, ID, claim, wrong, makeWitness(known, wrong));
      return { ...base, receiver, top: game.top };
    }

    it("X-01, X-44: should get its bond once, even if it calls back", async () => {
      const { claims, claim, receiver, top } = await contractSlashed();
      const again = claims.interface.encodeFunctionData("withdrawBonds", [
        ID,
        claim,
        idsOf([top]),
        await receiver.getAddress(),
        await receiver.getAddress(),
      ]);
      await receiver.configure(false, again);
      await claims.withdrawBonds(ID, claim, idsOf([top]), receiver, receiver);
      expect(await receiver.calledBack()).to.be.false;
      expect(await ethers.provider.getBalance(receiver)).to.equal(BRANCH_BOND);
      expect(await ethers.provider.getBalance(claims)).to.equal(SECOND_BOND);
    });

    it("should still reach its bond if it refuses payments", async () => {
      const { claims, claim, receiver, top, stranger } = await contractSlashed();
      await receiver.configure(true, "0x");
      await expect(claims.withdrawBonds(ID, claim, idsOf([top]), receiver, receiver)).to.be.revertedWithCustomError(
        receiver,
        "BondReceiver_Refused",
      );
      await expect(receiver.withdraw(ID, claim, idsOf([top]), stranger)).to.changeEtherBalances(
        ethers,
        [stranger, claims],
        [BRANCH_BOND, -BRANCH_BOND],
      );
    });
  });

  it("I6: should never slash an honest provider that answers, nor lose a bond, whatever others do", async () => {
    const seeds = fc.integer({ min: 0, max: 2 ** 31 - 1 });
    await fc.assert(
      fc.asyncProperty(seeds, async (seed) => {
        const random = new Random(seed);
        const { claims, claim, known, game, staking, provider, challenger, stranger } = await posted();
        const owed: BranchKey[] = [];
        const opened: BranchKey[] = [];
        const all = new Map<string, BranchKey>();
        let bonds = 0n;
        const pointed = (key: BranchKey, bond: bigint): void => {
          if (all.has(branchId(ID, key))) return;
          all.set(branchId(ID, key), key);
          owed.push(key);
          bonds += bond;
        };

        for (let move = 0; move < 14; move++) {
          const who = random.pick([challenger, stranger]);
          const bond = await claims.bondOf(ID);
          const value = bond + BigInt(random.below(3));
          const parent = opened.length === 0 ? undefined : random.pick(opened);
          switch (random.below(5)) {
            case 0: {
              const region = random.pick([Region.Body, Region.Output] as const);
              await pointTop(claims.connect(who), ID, claim, region, { value });
              const tree = known.trees[region]!;
              pointed({ region, height: tree.depth, position: 0, hash: tree.node(tree.depth, 0) }, bond);
              break;
            }
            case 1:
            case 2: {
              if (parent === undefined || parent.height === 5) break;
              const index = random.below(childCount(parent.height));
              const tree = known.trees[parent.region]!;
              const height = childHeight(parent.height);
              const position = parent.position * childCount(parent.height) + index;
              const hash = tree.node(height, position);
              const siblings = siblingsOf(tree, height, position, parent.height);
              await claims.connect(who).point(ID, parent, index, hash, siblings, { value });
              pointed({ region: parent.region, height, position, hash }, bond);
              break;
            }
            case 3: {
              // Calls that have no ground: all of them fail.
              const target = { region: Region.Body, position: random.below(1_024), lane: 0 };
              await expect(prove(claims, ID, claim, target, makeWitness(known, target))).to.be.revertedWithCustomError(
                claims,
                "ResultClaims_WordIsRight",
              );
              const key = random.pick([...all.values(), game.top]);
              const above = aboveOf(known.trees[key.region]!, key);
              await expect(claims.timeout(ID, claim, key, above)).to.be.revertedWithCustomError(
                claims,
                "ClaimGame_NotOverdue",
              );
              break;
            }
            default:
              await networkHelpers.time.increase(1 + random.below(RESPONSE_SECONDS / 4));
          }
          // The provider's agent answers everything at least every other move.
          if (random.chance(60) || move % 2 === 1) {
            for (const key of owed.splice(0)) {
              const tree = known.trees[key.region]!;
              const count = childCount(key.height);
              const children = Array.from({ length: count }, (_, i) =>
                tree.node(childHeight(key.height), key.position * count + i),
              );
              await claims.connect(provider).open(ID, key, children);
              opened.push(key);
            }
          }
          expect((await claims.claimOf(ID)).pending, "pending").to.equal(owed.length);
          const held = await ethers.provider.getBalance(claims);
          expect(held, "bonds held").to.equal(bonds);
        }

        await networkHelpers.time.increase(WINDOW_SECONDS + 2 * RESPONSE_SECONDS);
        expect(owed).to.be.empty;
        expect(await claims.stateOf(ID), "I6").to.equal(State.Final);
        expect(await staking.slashes(), "I6").to.equal(0n);
        await claims.withdrawBonds(ID, claim, idsOf([...all.values()]), provider, provider);
        expect(await ethers.provider.getBalance(claims)).to.equal(0n);
        expect(claim.terms.provider).to.not.equal(ZeroAddress);
      }),
      { numRuns: 15 },
    );
  });
});
