import { branchIdOf, firstDigest } from "@millrace/jobs";
import { expect } from "chai";
import { parseEther, parseUnits, toBeHex, ZeroAddress, ZeroHash } from "ethers";
import hre from "hardhat";

import { execute } from "../verifiers/support/execute.js";
import { addParams } from "../verifiers/support/kernels.js";
import { Mode, type Operator, Program, programHash, Region } from "../verifiers/support/program.js";
import { Random } from "../verifiers/support/random.js";
import { pairedRoot, siblingsOf, type Word } from "../verifiers/support/tree.js";
import { makeWitness } from "../verifiers/support/witness.js";
import { commit } from "../verifiers/support/world.js";
import {
  BRANCH_BOND,
  branchId,
  type BranchKey,
  type Claim,
  type ClaimsWorld,
  deployClaims,
  JOB_BOND,
  makeClaim,
  Offence,
  post,
  POST,
  RESPONSE_SECONDS,
  REVEAL_SECONDS,
  REWARDS,
  State,
  WINDOW_SECONDS,
} from "./support/claims.js";
import { commitToFirst, commitToProof, NO_REVEAL, pointTop, prove, topOf } from "./support/commitments.js";
import { Game } from "./support/game.js";

const { ethers, networkHelpers } = await hre.network.create();

const ID = 1n << 200n;
const hex = (value: bigint | number): Word => toBeHex(value, 32);

describe("ResultClaims", () => {
  const deploy = (): Promise<ClaimsWorld> => deployClaims(ethers);

  /** A claim over a body of 64 words and an output of 32, of which output word 5 is wrong. */
  async function prepared() {
    const world = await networkHelpers.loadFixture(deploy);
    const random = new Random(3);
    const add = (words: number, a: number, b: number): Operator => ({
      kernelCodeHash: world.hashes.AddKernel,
      words,
      usedWords: words,
      mode: Mode.Lane,
      pieceLog2: 0,
      laneBits: 32,
      params: addParams(a, b),
    });
    const program = new Program([add(64, 0, 1), add(32, 32, 33)], 32, 32);
    const input = new Map(Array.from({ length: 32 }, (_, i) => [i, random.word()]));
    const honest = commit(world, program, execute(program, world.twins, input));
    const memory = honest.memory as ReturnType<typeof execute>;
    const wrong = memory.copy();
    wrong.words.set(32 + 64 + 5, hex(1));
    const committed = commit(world, program, wrong);
    const claim = makeClaim(world, program, committed.trace);
    const body = new Game(world, ID, claim, Region.Body, committed.trees[Region.Body]!, honest);
    const output = new Game(world, ID, claim, Region.Output, committed.trees[Region.Output]!, honest);
    return { ...world, world, program, honest, committed, claim, body, output };
  }

  async function posted() {
    const base = await prepared();
    await post(base.world, ID, base.claim);
    const { windowEndsAt } = await base.claims.claimOf(ID);
    return { ...base, windowEndsAt: Number(windowEndsAt) };
  }

  /** Posted, and the body's root opened: two children of height 5. */
  async function opened() {
    const base = await posted();
    await base.body.pointTop();
    await base.body.open();
    return base;
  }

  const at = (timestamp: number): Promise<void> => networkHelpers.time.setNextBlockTimestamp(timestamp);
  const balanceOf = (account: { getAddress(): Promise<string> }): Promise<bigint> =>
    account.getAddress().then((address) => ethers.provider.getBalance(address));

  describe("constructor", () => {
    it("should refuse addresses that are missing and bonds out of bounds", async () => {
      const { claims, authority, staking, verifier, deployer } = await networkHelpers.loadFixture(deploy);
      const factory = await ethers.getContractFactory("ResultClaims");
      const parameters = { branchBondWei: BRANCH_BOND, rewards: REWARDS, forcedInclusionSeconds: 0 };
      const setting = { deployer, authority, staking, verifier, ...parameters };
      for (const missing of ["deployer", "authority", "staking", "verifier"]) {
        await expect(factory.deploy({ ...setting, [missing]: ZeroAddress })).to.be.revertedWithCustomError(
          claims,
          "Wired_ZeroAddress",
        );
      }
      await expect(factory.deploy({ ...setting, branchBondWei: 0 })).to.be.revertedWithCustomError(
        claims,
        "ClaimGame_BadBond",
      );
      const rewards = { ...REWARDS, moveRefund: parseEther("1001") };
      await expect(factory.deploy({ ...setting, rewards })).to.be.revertedWithCustomError(
        claims,
        "ClaimGame_BadRewardRule",
      );
    });
  });

  describe("post", () => {
    it("should open a claim and give it in full in the event", async () => {
      const { claims, claim, world, provider } = await prepared();
      expect(await claims.stateOf(ID)).to.equal(State.None);
      const now = (await networkHelpers.time.latest()) + 10;
      await at(now);
      const posting = claims
        .connect(world.market)
        .post(ID, claim.terms, claim.header, claim.bodyRoot, claim.outputRoot);
      await expect(posting).to.emit(claims, "ClaimPosted");
      const [event] = await claims.queryFilter(claims.filters.ClaimPosted(ID));
      expect(event!.args.provider).to.equal(provider.address);
      expect(event!.args.windowEndsAt).to.equal(now + WINDOW_SECONDS);
      expect(event!.args.bondWei).to.equal(BRANCH_BOND);
      const emitted = event!.args.claim;
      expect([...emitted.terms]).to.deep.equal(
        Object.values(claim.terms).map((v) => (typeof v === "number" ? BigInt(v) : v)),
      );
      expect([...emitted.header]).to.deep.equal(
        Object.values(claim.header).map((v: string | number) => (typeof v === "number" ? BigInt(v) : v)),
      );
      expect([emitted.bodyRoot, emitted.outputRoot]).to.deep.equal([claim.bodyRoot, claim.outputRoot]);
      expect(await claims.stateOf(ID)).to.equal(State.Open);
    });

    it("should be the market's alone, once an id", async () => {
      const { claims, claim, world, provider, program } = await posted();
      const { terms, header, bodyRoot, outputRoot } = claim;
      await expect(claims.connect(provider).post(ID + 1n, terms, header, bodyRoot, outputRoot))
        .to.be.revertedWithCustomError(claims, "Wired_Forbidden")
        .withArgs(provider.address, POST);
      await expect(post(world, ID, makeClaim(world, program, { ...claim, inputRoot: hex(4) })))
        .to.be.revertedWithCustomError(claims, "ClaimGame_AlreadyPosted")
        .withArgs(ID);
    });

    const terms: [string, Partial<Claim["terms"]>][] = [
      ["no provider", { provider: ZeroAddress }],
      ["no window", { windowSeconds: 0 }],
      ["no time to respond", { responseSeconds: 0 }],
    ];
    for (const [what, change] of terms) {
      it(`should refuse terms with ${what}`, async () => {
        const { claims, claim, world } = await prepared();
        const changed = { ...claim, terms: { ...claim.terms, ...change } };
        await expect(post(world, ID, changed)).to.be.revertedWithCustomError(claims, "ClaimGame_BadTerms");
      });
    }

    const headers: [string, Partial<Claim["header"]>][] = [
      ["a sum tree too deep", { opDepth: 21 }],
      ["no input", { inWords: 0 }],
      ["no output", { outWords: 0 }],
      ["an input of no whole blocks", { inWords: 33 }],
      ["a body of no whole blocks", { bodyWords: 16 }],
      ["an output of no whole blocks", { outWords: 40 }],
      ["too many words", { bodyWords: 2 ** 40 - 32 }],
    ];
    for (const [what, change] of headers) {
      it(`should refuse a program with ${what}`, async () => {
        const { claims, claim, world } = await prepared();
        const header = { ...claim.header, ...change };
        const changed = { ...claim, header, terms: { ...claim.terms, programHash: programHash(header) } };
        await expect(post(world, ID, changed)).to.be.revertedWithCustomError(claims, "TensorProgram_BadHeader");
      });
    }

    it("should accept the largest program and refuse another than the order's", async () => {
      const { claims, claim, world } = await prepared();
      const header = { ...claim.header, opDepth: 20, bodyWords: 2 ** 40 - 64 };
      await expect(post(world, ID, { ...claim, header }))
        .to.be.revertedWithCustomError(claims, "ResultClaims_OtherProgram")
        .withArgs(programHash(header), claim.terms.programHash);
      await post(world, ID, { ...claim, header, terms: { ...claim.terms, programHash: programHash(header) } });
      expect(await claims.stateOf(ID)).to.equal(State.Open);
    });
  });

  describe("pointTop", () => {
    it("should take the bond and ask for the root of a region", async () => {
      const { claims, challenger, body, committed } = await posted();
      await body.commitTop();
      const now = (await networkHelpers.time.latest()) + 5;
      await at(now);
      await body.pointTop();
      const key: BranchKey = { region: Region.Body, height: 6, position: 0, hash: committed.trace.bodyRoot };
      const [event] = await claims.queryFilter(claims.filters.BranchPointed(ID));
      expect(event!.args.branchId).to.equal(branchId(ID, key));
      expect([...event!.args.branch]).to.deep.equal([1n, 6n, 0n, key.hash]);
      const stored = await claims.branchOf(ID, branchId(ID, key));
      expect([...stored]).to.deep.equal([
        challenger.address,
        BRANCH_BOND / 10n ** 9n,
        BigInt(now + RESPONSE_SECONDS),
        1n,
      ]);
      expect(await balanceOf(claims)).to.equal(BRANCH_BOND);
      expect((await claims.claimOf(ID)).pending).to.equal(1n);
    });

    it("should return what is sent too much, and everything from a duplicate", async () => {
      const { claims, claim, challenger, stranger } = await posted();
      const top = pointTop(claims.connect(challenger), ID, claim, Region.Body, { value: BRANCH_BOND + 77n });
      await expect(top).to.changeEtherBalances(ethers, [challenger, claims], [-BRANCH_BOND, BRANCH_BOND]);
      const again = pointTop(claims.connect(stranger), ID, claim, Region.Body);
      await expect(again).to.changeEtherBalances(ethers, [stranger, claims], [0, 0]);
      await expect(again).not.to.emit(claims, "BranchPointed");
      expect((await claims.claimOf(ID)).pending).to.equal(1n);
    });

    it("should refuse less than the bond", async () => {
      const { claims, claim } = await posted();
      await expect(pointTop(claims, ID, claim, Region.Body, { value: BRANCH_BOND - 1n }))
        .to.be.revertedWithCustomError(claims, "ClaimGame_BondTooSmall")
        .withArgs(BRANCH_BOND - 1n, BRANCH_BOND);
    });

    it("should be possible when committed to in the last second of the window, for a while after it", async () => {
      const { claims, claim, windowEndsAt, output } = await posted();
      const value = 2n * BRANCH_BOND;
      await at(windowEndsAt);
      const reveal = await commitToFirst(claims, ID, topOf(claim, Region.Body));
      const late = await commitToFirst(claims, ID, topOf(claim, Region.Output), 1n);
      await expect(claims.pointTop(ID, claim, Region.Output, late, { value }))
        .to.be.revertedWithCustomError(claims, "ClaimGame_WindowOver")
        .withArgs(windowEndsAt);
      const snapshot = await networkHelpers.takeSnapshot();
      await at(windowEndsAt + REVEAL_SECONDS);
      await claims.pointTop(ID, claim, Region.Body, reveal, { value });
      await snapshot.restore();
      await at(windowEndsAt + REVEAL_SECONDS + 1);
      await expect(claims.pointTop(ID, claim, Region.Body, reveal, { value }))
        .to.be.revertedWithCustomError(claims, "ClaimGame_NotOpen")
        .withArgs(ID, State.Final);
      await snapshot.restore();
      // Another path holds the claim open: that gives nobody more time to begin one.
      await claims.pointTop(ID, claim, Region.Body, reveal, { value });
      await at(windowEndsAt + REVEAL_SECONDS + 1);
      await expect(output.pointTop()).to.be.revertedWithCustomError(claims, "ClaimGame_WindowOver");
    });

    it("should refuse who did not commit to it, in an earlier block, to this claim and region", async () => {
      const { claims, claim, challenger, stranger } = await posted();
      const value = BRANCH_BOND;
      const mine = claims.connect(challenger);
      const reveal = await commitToFirst(mine, ID, topOf(claim, Region.Body));
      const refusals: [typeof claims, Region, typeof reveal][] = [
        [mine, Region.Body, NO_REVEAL],
        [mine, Region.Body, { ...reveal, salt: ZeroHash }],
        [mine, Region.Output, reveal],
        [claims.connect(stranger), Region.Body, reveal],
      ];
      for (const [caller, region, shown] of refusals) {
        await expect(caller.pointTop(ID, claim, region, shown, { value }))
          .to.be.revertedWithCustomError(claims, "ClaimGame_NotCommitted")
          .withArgs((caller.runner as typeof challenger).address, shown.lane);
      }
      // What a lane holds is replaced.
      await mine.commit(reveal.lane, ZeroHash);
      await expect(mine.pointTop(ID, claim, Region.Body, reveal, { value })).to.be.revertedWithCustomError(
        claims,
        "ClaimGame_NotCommitted",
      );
    });

    it("should refuse to commit and point in one block", async () => {
      const { claims, claim, challenger } = await posted();
      const mine = claims.connect(challenger);
      await networkHelpers.mine();
      await ethers.provider.send("evm_setAutomine", [false]);
      try {
        const salt = hex(7);
        const digest = firstDigest(branchIdOf(ID, topOf(claim, Region.Body)), challenger.address, salt);
        await mine.commit(3n, digest);
        const pointing = await mine.pointTop(
          ID,
          claim,
          Region.Body,
          { lane: 3n, salt },
          { value: BRANCH_BOND, gasLimit: 500_000 },
        );
        await networkHelpers.mine();
        expect((await ethers.provider.getTransactionReceipt(pointing.hash))!.status).to.equal(0);
      } finally {
        await ethers.provider.send("evm_setAutomine", [true]);
      }
    });

    it("should cost more the more is pending, and what three openings cost at least", async () => {
      const { claims, claim, body } = await posted();
      await body.pointTop();
      expect(await claims.bondOf(ID)).to.equal((BRANCH_BOND * 33n) / 32n);
      await expect(pointTop(claims, ID, claim, Region.Output, { value: BRANCH_BOND })).to.be.revertedWithCustomError(
        claims,
        "ClaimGame_BondTooSmall",
      );
      const price = parseUnits("50", "gwei");
      await networkHelpers.setNextBlockBaseFeePerGas(price);
      await expect(
        claims.demand(ID, claim, Region.Output, 0, { value: 600_000n * price - 1n }),
      ).to.be.revertedWithCustomError(claims, "ClaimGame_BondTooSmall");
      const reveal = await commitToFirst(claims, ID, topOf(claim, Region.Output));
      await networkHelpers.setNextBlockBaseFeePerGas(price);
      const bond = (450_000n * price * 33n) / 32n;
      await expect(claims.pointTop(ID, claim, Region.Output, reveal, { value: bond })).to.changeEtherBalance(
        ethers,
        claims,
        bond,
      );
    });

    it("should refuse the input, an empty body, and another claim than the posted", async () => {
      const { claims, claim, world, program } = await posted();
      const value = BRANCH_BOND;
      await expect(claims.pointTop(ID, claim, Region.Input, NO_REVEAL, { value }))
        .to.be.revertedWithCustomError(claims, "ResultClaims_NothingToContest")
        .withArgs(Region.Input);
      for (const other of [
        { ...claim, bodyRoot: claim.outputRoot },
        { ...claim, terms: { ...claim.terms, bond: 1n } },
        { ...claim, terms: { ...claim.terms, provider: claim.terms.buyer } },
      ]) {
        await expect(claims.pointTop(ID, other, Region.Body, NO_REVEAL, { value })).to.be.revertedWithCustomError(
          claims,
          "ClaimGame_OtherClaim",
        );
      }
      const small = new Program([program.operators[1]!], 32, 32);
      const bodiless = { ...claim, header: small.header, terms: { ...claim.terms, programHash: small.hash } };
      await post(world, ID + 1n, bodiless);
      await expect(claims.pointTop(ID + 1n, bodiless, Region.Body, NO_REVEAL, { value })).to.be.revertedWithCustomError(
        claims,
        "ResultClaims_NothingToContest",
      );
      await expect(claims.pointTop(ID + 2n, claim, Region.Body, NO_REVEAL, { value }))
        .to.be.revertedWithCustomError(claims, "ClaimGame_NotOpen")
        .withArgs(ID + 2n, State.None);
    });
  });

  describe("open", () => {
    it("should show the children in the event, whoever opens", async () => {
      const { claims, stranger, body } = await posted();
      await body.pointTop();
      const children = body.childrenOf(body.top);
      await expect(claims.connect(stranger).open(ID, body.top, children))
        .to.emit(claims, "BranchOpened")
        .withArgs(ID, branchId(ID, body.top), children, (pointBy: bigint) => pointBy > 0n);
      expect((await claims.claimOf(ID)).pending).to.equal(0n);
      await expect(claims.open(ID, body.top, [])).not.to.emit(claims, "BranchOpened");
    });

    it("should refuse other children, fewer or more", async () => {
      const { claims, body } = await posted();
      await body.pointTop();
      const children = body.childrenOf(body.top);
      for (const other of [children.toReversed(), children.slice(1), [...children, ...children], [], [body.top.hash]]) {
        await expect(claims.open(ID, body.top, other))
          .to.be.revertedWithCustomError(claims, "ResultClaims_NotItsChildren")
          .withArgs(branchId(ID, body.top), other.length);
      }
      // The grandchildren fold to the branch as well.
      const words = Array.from({ length: 64 }, (_, i) => body.committed.node(0, i));
      await expect(claims.open(ID, body.top, words)).to.be.revertedWithCustomError(
        claims,
        "ResultClaims_NotItsChildren",
      );
    });

    it("should not take words that fold in pairs, as the memory of a machine does", async () => {
      const { claims, claim, world, output } = await prepared();
      const words = output.childrenOf(output.top);
      const paired = { ...claim, outputRoot: pairedRoot(words) };
      await post(world, ID, paired);
      await pointTop(claims, ID, paired, Region.Output);
      const top = topOf(paired, Region.Output);
      await expect(claims.open(ID, top, words)).to.be.revertedWithCustomError(claims, "ResultClaims_NotItsChildren");
      await networkHelpers.time.increase(RESPONSE_SECONDS + 1);
      await claims.timeout(ID, paired, top, []);
      expect(await claims.stateOf(ID)).to.equal(State.Slashed);
    });

    it("should refuse what nobody pointed at", async () => {
      const { claims, body } = await posted();
      await body.pointTop();
      for (const other of [
        { ...body.top, position: 1 },
        { ...body.top, height: 5 },
        { ...body.top, region: Region.Output },
        { ...body.top, hash: ZeroHash },
      ]) {
        await expect(claims.open(ID, other, body.childrenOf(body.top)))
          .to.be.revertedWithCustomError(claims, "ClaimGame_NotPointedAt")
          .withArgs(branchId(ID, other));
      }
    });

    it("should be possible until the last second, and never after", async () => {
      const { claims, body, output } = await posted();
      await body.commitTop();
      await output.commitTop();
      const now = (await networkHelpers.time.latest()) + 10;
      await at(now);
      await body.pointTop();
      await at(now + 1);
      await output.pointTop();
      await at(now + RESPONSE_SECONDS);
      await body.open();
      await at(now + RESPONSE_SECONDS + 2);
      await expect(claims.open(ID, output.top, output.childrenOf(output.top)))
        .to.be.revertedWithCustomError(claims, "ClaimGame_AnswerTooLate")
        .withArgs(now + RESPONSE_SECONDS + 1);
    });
  });

  describe("point", () => {
    it("should ask for a child at its place", async () => {
      const { claims, body } = await opened();
      await body.point(1);
      expect(body.last).to.deep.include({ height: 5, position: 1 });
      expect((await claims.branchOf(ID, branchId(ID, body.last))).status).to.equal(1n);
      expect(await balanceOf(claims)).to.equal(2n * BRANCH_BOND);
    });

    it("should refuse a parent that is pending or unknown", async () => {
      const { claims, body } = await posted();
      const value = BRANCH_BOND;
      const pointAt = (): Promise<unknown> =>
        claims.point(ID, body.top, 0, body.committed.node(5, 0), siblingsOf(body.committed, 5, 0), { value });
      await expect(pointAt()).to.be.revertedWithCustomError(claims, "ClaimGame_NotOpened");
      await body.pointTop();
      await expect(pointAt()).to.be.revertedWithCustomError(claims, "ClaimGame_NotOpened");
    });

    it("should refuse to point at words", async () => {
      const { claims, body } = await opened();
      await body.point(0);
      await body.open();
      await expect(body.point(0))
        .to.be.revertedWithCustomError(claims, "ResultClaims_EndOfPath")
        .withArgs(branchId(ID, body.last));
    });

    it("should refuse what is not a child", async () => {
      const { claims, body } = await opened();
      const value = BRANCH_BOND;
      const [left, right] = body.childrenOf(body.top) as [Word, Word];
      const calls: [number, Word, Word[]][] = [
        [1, left, [right]], // at another place
        [2, left, [right]], // beyond the last: bit 0 says left
        [255, right, [left]],
        [0, right, [left]],
        [0, body.top.hash, []], // the parent itself
        [0, body.committed.node(4, 0), siblingsOf(body.committed, 4, 0)], // a grandchild
        [0, body.committed.node(0, 0), siblingsOf(body.committed, 0, 0)], // a word
        [0, ZeroHash, [right]],
      ];
      for (const [index, child, siblings] of calls) {
        await expect(claims.point(ID, body.top, index, child, siblings, { value }))
          .to.be.revertedWithCustomError(claims, "ResultClaims_NotAChild")
          .withArgs(branchId(ID, body.top), index);
      }
    });

    it("should leave every opened branch to all until the window is over, then for the time to respond", async () => {
      const { claims, body, windowEndsAt } = await opened();
      // A liar's helper opened at once; an honest challenger comes at the very end.
      await at(windowEndsAt + RESPONSE_SECONDS);
      await body.point(0);
      await at(windowEndsAt + RESPONSE_SECONDS + 1);
      body.path.pop();
      await expect(body.point(1))
        .to.be.revertedWithCustomError(claims, "ClaimGame_PointTooLate")
        .withArgs(windowEndsAt + RESPONSE_SECONDS);
    });

    it("should give the time to respond after an opening that comes after the window", async () => {
      const { claims, body, windowEndsAt } = await posted();
      await body.commitTop();
      await at(windowEndsAt);
      await body.pointTop();
      const openedAt = windowEndsAt + RESPONSE_SECONDS;
      await at(openedAt);
      await body.open();
      expect((await claims.claimOf(ID)).quietAt).to.equal(openedAt + RESPONSE_SECONDS);
      await at(openedAt + RESPONSE_SECONDS);
      await body.point(0);
    });

    it("should take nothing for a duplicate", async () => {
      const { claims, body, stranger } = await opened();
      await body.point(0);
      const siblings = siblingsOf(body.committed, 5, 0);
      const again = claims.connect(stranger).point(ID, body.top, 0, body.last.hash, siblings, { value: BRANCH_BOND });
      await expect(again).to.changeEtherBalances(ethers, [stranger, claims], [0, 0]);
      expect((await claims.branchOf(ID, branchId(ID, body.last))).owner).to.not.equal(stranger.address);
    });
  });

  describe("timeout", () => {
    it("should slash only when the time to answer is over", async () => {
      const { claims, claim, staking, body, challenger, stranger, provider, buyer } = await posted();
      await body.commitTop();
      const now = (await networkHelpers.time.latest()) + 10;
      await at(now);
      await body.pointTop();
      const timeout = (): Promise<unknown> => claims.connect(stranger).timeout(ID, claim, body.top, []);
      await at(now + RESPONSE_SECONDS);
      await expect(timeout()).to.be.revertedWithCustomError(claims, "ClaimGame_NotOverdue");
      await at(now + RESPONSE_SECONDS + 10);
      await expect(timeout())
        .to.emit(claims, "ClaimSlashed")
        .withArgs(ID, provider.address, ZeroAddress, Offence.ResultWithheld);
      const [event] = await staking.queryFilter(staking.filters.SlashAsked());
      expect([...event!.args]).to.deep.equal([
        BigInt(Offence.ResultWithheld),
        provider.address,
        JOB_BOND,
        buyer.address,
        // Who pointed has the reward, not who brings the last transaction.
        challenger.address,
      ]);
      await expect(timeout()).to.be.revertedWithCustomError(claims, "ClaimGame_NotOpen").withArgs(ID, State.Slashed);
      expect(await staking.slashes()).to.equal(1n);
    });

    it("should never slash for a branch that was opened, or that nobody pointed at", async () => {
      const { claims, claim, body, output, windowEndsAt } = await opened();
      await output.pointTop();
      await output.open();
      await networkHelpers.time.increaseTo(windowEndsAt);
      for (const key of [body.top, output.top, { ...body.top, position: 1 }]) {
        await expect(claims.timeout(ID, claim, key, [])).to.be.revertedWithCustomError(claims, "ClaimGame_NotOverdue");
      }
      await expect(
        claims.timeout(ID, { ...claim, terms: { ...claim.terms, bond: 1n } }, body.top, []),
      ).to.be.revertedWithCustomError(claims, "ClaimGame_OtherClaim");
    });

    it("should hold a claim open, however late, until somebody calls it", async () => {
      const { claims, claim, body, windowEndsAt } = await posted();
      await body.pointTop();
      await networkHelpers.time.increaseTo(windowEndsAt + 100 * RESPONSE_SECONDS);
      expect(await claims.stateOf(ID)).to.equal(State.Open);
      await claims.timeout(ID, claim, body.top, []);
      expect(await claims.stateOf(ID)).to.equal(State.Slashed);
    });
  });

  describe("prove", () => {
    const wrong = { region: Region.Output, position: 5, lane: 0 };

    it("I6: should slash at once, without a game, on a witness of the provider's tree", async () => {
      const { claims, claim, staking, committed, challenger, provider, buyer } = await posted();
      const proof = prove(claims.connect(challenger), ID, claim, wrong, makeWitness(committed, wrong));
      await expect(proof).to.emit(claims, "WordProvenWrong").withArgs(ID, Region.Output, 5, 0);
      await expect(proof)
        .to.emit(staking, "SlashAsked")
        .withArgs(Offence.WrongResult, provider.address, JOB_BOND, buyer.address, challenger.address);
      expect(await claims.stateOf(ID)).to.equal(State.Slashed);
    });

    it("should refuse words that are right, and another claim than the posted", async () => {
      const { claims, claim, committed, honest } = await posted();
      const right = { ...wrong, position: 4 };
      await expect(prove(claims, ID, claim, right, makeWitness(committed, right))).to.be.revertedWithCustomError(
        claims,
        "ResultClaims_WordIsRight",
      );
      const other = { ...claim, outputRoot: honest.trace.outputRoot };
      await expect(prove(claims, ID, other, wrong, makeWitness(committed, wrong))).to.be.revertedWithCustomError(
        claims,
        "ClaimGame_OtherClaim",
      );
      await expect(prove(claims, ID + 1n, claim, wrong, makeWitness(committed, wrong))).to.be.revertedWithCustomError(
        claims,
        "ClaimGame_NotOpen",
      );
    });

    it("should refuse who did not commit to this very proof, in an earlier block", async () => {
      const { claims, claim, committed, challenger, stranger } = await posted();
      const witness = makeWitness(committed, wrong);
      const mine = claims.connect(challenger);
      const reveal = await commitToProof(mine, ID, { target: wrong, witness });
      const refusals: [typeof claims, typeof reveal][] = [
        [mine, NO_REVEAL],
        [claims.connect(stranger), reveal],
        [mine, { ...reveal, salt: ZeroHash }],
      ];
      for (const [caller, shown] of refusals) {
        await expect(caller.prove(ID, claim, wrong, witness, shown)).to.be.revertedWithCustomError(
          claims,
          "ClaimGame_NotCommitted",
        );
      }
      // Another lane of the same word is another proof.
      const other = await commitToProof(mine, ID, { target: { ...wrong, lane: 1 }, witness });
      await expect(mine.prove(ID, claim, wrong, witness, other)).to.be.revertedWithCustomError(
        claims,
        "ClaimGame_NotCommitted",
      );
    });

    it("should refuse a verifier whose code has changed", async () => {
      const { claims, claim, committed, verifier } = await posted();
      await networkHelpers.setCode(await verifier.getAddress(), "0x6001600052602060 00f3".replace(" ", ""));
      await expect(prove(claims, ID, claim, wrong, makeWitness(committed, wrong))).to.be.revertedWithCustomError(
        claims,
        "ClaimGame_OtherVerifier",
      );
    });

    it("should be possible as long as the claim is open, and never after", async () => {
      const { claims, claim, committed, windowEndsAt } = await posted();
      const witness = makeWitness(committed, wrong);
      const reveal = await commitToProof(claims, ID, { target: wrong, witness });
      const show = (): Promise<unknown> => claims.prove(ID, claim, wrong, witness, reveal);
      const snapshot = await networkHelpers.takeSnapshot();
      await at(windowEndsAt + REVEAL_SECONDS);
      await show();
      await expect(show()).to.be.revertedWithCustomError(claims, "ClaimGame_NotOpen").withArgs(ID, State.Slashed);
      await snapshot.restore();
      await at(windowEndsAt + REVEAL_SECONDS + 1);
      await expect(show()).to.be.revertedWithCustomError(claims, "ClaimGame_NotOpen").withArgs(ID, State.Final);
    });
  });

  describe("setBranchBond", () => {
    it("should be governance's, within bounds, in whole gwei", async () => {
      const { claims, governor, stranger } = await networkHelpers.loadFixture(deploy);
      await expect(claims.connect(stranger).setBranchBond(BRANCH_BOND)).to.be.revertedWithCustomError(
        claims,
        "AccessManagedUnauthorized",
      );
      for (const bad of [0n, 1n, parseUnits("1", "gwei") + 1n, parseEther("1") + parseUnits("1", "gwei")]) {
        await expect(claims.connect(governor).setBranchBond(bad))
          .to.be.revertedWithCustomError(claims, "ClaimGame_BadBond")
          .withArgs(bad);
      }
      for (const good of [parseUnits("1", "gwei"), parseEther("1")]) {
        await expect(claims.connect(governor).setBranchBond(good)).to.emit(claims, "BranchBondChanged").withArgs(good);
        expect(await claims.branchBond()).to.equal(good);
      }
    });

    it("I10: should not change the bond of claims that are open", async () => {
      const { claims, governor, body } = await posted();
      await claims.connect(governor).setBranchBond(parseEther("1"));
      await body.pointTop();
      expect(await balanceOf(claims)).to.equal(BRANCH_BOND);
    });
  });
});
