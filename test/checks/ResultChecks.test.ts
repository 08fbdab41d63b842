import { expect } from "chai";
import hre from "hardhat";

import { CREDIT } from "../market/marketFixture.js";
import { PARAMETERS } from "../support/deployMillrace.js";
import { ChecksWorld, SALT, type Submitted } from "./checksFixture.js";

const connection = await hre.network.create();
const { ethers, networkHelpers } = connection;

const BOND = PARAMETERS.seatBond;
const PRICE_WAD = 2n;
const PPM = 1_000_000n;

async function deploy() {
  const at = await ChecksWorld.deploy(connection);
  await at.seatAll();
  return { at, ...at.world };
}

async function deployForOne() {
  const at = await ChecksWorld.deploy(connection, { pickPpm: 1_000_000, checkers: 1 });
  await at.seatAll();
  return { at, ...at.world };
}

async function deployWithoutSeats() {
  const at = await ChecksWorld.deploy(connection);
  return { at, ...at.world };
}

/** A claim that both its checkers vouched for, right or wrong. */
const vouched = (isWrong: boolean) =>
  async function vouchedFor() {
    const { at, ...rest } = await deploy();
    const submitted = await at.submitted({}, { isWrong });
    const places = await at.vouched(submitted);
    return { at, submitted, places, ...rest };
  };
const vouchedRight = vouched(false);
const vouchedWrong = vouched(true);

/** What a place earns by a job of 200 credits at 2 USD: `γ · min(1, c / p)` of the fee, shared by two. */
function shareOf(pickPpm = PPM, places = 2n): bigint {
  const { gammaPpm, checksPpm } = PARAMETERS.closeTerms;
  const payPpm = (BigInt(gammaPpm) * BigInt(checksPpm)) / pickPpm;
  const fee = (200n * CREDIT * BigInt(PARAMETERS.tradeTerms.feePpm)) / PPM;
  return (fee * payPpm) / PPM / places / PRICE_WAD;
}

describe("ResultChecks", () => {
  describe("draw", () => {
    it("should say who checks, and fix what they are paid and until when", async () => {
      const { at, checks, seats } = await networkHelpers.loadFixture(deploy);
      const submitted = await at.submitted();
      const { claimId, claim } = submitted;
      const postedAt = submitted.windowEndsAt - 60;
      await at.recordPick(submitted);
      const { seats: ids, pickAt, drawBy } = await checks.drawnFor(claimId, claim);
      expect(ids.length).to.equal(2);
      expect(pickAt).to.be.within(postedAt + 2, postedAt + 3);
      expect(pickAt % 2n).to.equal(0n);
      expect(drawBy).to.equal(postedAt + 15);
      const accounts = await Promise.all(ids.map(async (id) => (await seats.seatOf(id)).account));
      await expect(checks.draw(claimId, claim)).to.emit(checks, "CheckDrawn");
      const check = await checks.checkOf(claimId);
      expect(check.seats.slice(0, 2)).to.deep.equal([...ids]);
      expect([check.count, check.commitBy, check.payPpm]).to.deep.equal([2n, BigInt(postedAt + 30), 25_000n]);
      expect(check.openAt).to.be.within(postedAt + 32, postedAt + 33);
      expect(check.lapsesAt).to.equal(postedAt + PARAMETERS.seatLeaveSeconds);
      const [event] = await checks.queryFilter(checks.filters.CheckDrawn(claimId));
      expect([...event.args.accounts]).to.deep.equal(accounts);
    });

    it("should pick the governed share, each claim by its own luck", async () => {
      const { at, checks, governor } = await networkHelpers.loadFixture(deploy);
      await checks.connect(governor).setSampling({ pickPpm: 500_000, checkers: 1 });
      let picked = 0;
      for (let i = 0; i < 16; i++) {
        const submitted = await at.submitted();
        await at.recordPick(submitted);
        const { seats: ids } = await checks.drawnFor(submitted.claimId, submitted.claim);
        picked += ids.length;
        const draw = checks.draw(submitted.claimId, submitted.claim);
        if (ids.length === 0) await expect(draw).to.be.revertedWithCustomError(checks, "CheckGame_NotPicked");
        else await draw;
        await at.finalize(submitted);
      }
      expect(picked).to.be.within(3, 13);
    });

    it("should never draw the provider or the buyer", async () => {
      const { at, checks, seats, alice } = await networkHelpers.loadFixture(deployWithoutSeats);
      await seats.connect(alice).takeSeat(0);
      const submitted = await at.submitted();
      await at.recordPick(submitted);
      await expect(checks.draw(submitted.claimId, submitted.claim)).to.be.revertedWithCustomError(
        checks,
        "CheckGame_NotPicked",
      );
    });

    it("should wait for a value that was not known when the claim was posted", async () => {
      const { at, checks } = await networkHelpers.loadFixture(deploy);
      const { claimId, claim, windowEndsAt } = await at.submitted();
      const { pickAt } = await checks.drawnFor(claimId, claim);
      expect(Number(pickAt)).to.be.greaterThan(windowEndsAt - 60);
      await expect(checks.draw(claimId, claim))
        .to.be.revertedWithCustomError(checks, "CheckGame_NoValue")
        .withArgs(pickAt);
    });

    it("should draw once, in the first quarter of the window", async () => {
      const { at, checks } = await networkHelpers.loadFixture(deploy);
      const first = await at.submitted();
      await at.draw(first);
      await expect(checks.draw(first.claimId, first.claim)).to.be.revertedWithCustomError(
        checks,
        "CheckGame_AlreadyDrawn",
      );
      const late = await at.submitted();
      await at.recordPick(late);
      await at.passTo(late.windowEndsAt - 45 + 1);
      await expect(checks.draw(late.claimId, late.claim)).to.be.revertedWithCustomError(checks, "CheckGame_TooLate");
    });

    it("should leave alone what cannot be checked: private jobs, short windows, claims that last too long", async () => {
      const { at, checks } = await networkHelpers.loadFixture(deploy);
      for (const changes of [{ isPrivate: true }, { windowSeconds: 31 }, { responseSeconds: 59 }]) {
        const { claimId, claim } = await at.submitted(changes);
        expect((await checks.drawnFor(claimId, claim)).drawBy).to.equal(0n);
        await expect(checks.draw(claimId, claim))
          .to.be.revertedWithCustomError(checks, "CheckGame_NotCheckable")
          .withArgs(claimId);
        await at.pass(200);
        await at.world.tasks.finalize(claimId >> 8n, at.submittedOrder(claimId).order);
      }
      const { claimId, claim } = await at.submitted({ windowSeconds: 32, responseSeconds: 57 });
      expect((await checks.drawnFor(claimId, claim)).drawBy).to.be.greaterThan(0n);
    });

    it("should know the claim that was posted from another", async () => {
      const { at, checks } = await networkHelpers.loadFixture(deploy);
      const submitted = await at.submitted();
      await at.recordPick(submitted);
      const forged = { ...submitted.claim, outputRoot: ethers.id("another") };
      await expect(checks.draw(submitted.claimId, forged)).to.be.revertedWithCustomError(
        checks,
        "CheckGame_OtherClaim",
      );
      await expect(checks.draw(submitted.claimId + 256n, submitted.claim)).to.be.revertedWithCustomError(
        checks,
        "CheckGame_OtherClaim",
      );
    });

    it("should leave alone a claim that has fallen", async () => {
      const { at, checks, claims, challenger } = await networkHelpers.loadFixture(deploy);
      const submitted = await at.submitted({}, { isWrong: true });
      await at.recordPick(submitted);
      const proof = at.proofOf(submitted);
      const reveal = await at.commitToProof(submitted.claimId, proof, challenger);
      await claims.connect(challenger).prove(submitted.claimId, submitted.claim, proof.target, proof.witness, reveal);
      await expect(checks.draw(submitted.claimId, submitted.claim)).to.be.revertedWithCustomError(
        checks,
        "CheckGame_NotOpen",
      );
    });
  });

  describe("commit", () => {
    it("should keep the first root of a place, and never another", async () => {
      const { at, checks } = await networkHelpers.loadFixture(deploy);
      const submitted = await at.submitted();
      const { claimId } = submitted;
      const [first, second] = await at.draw(submitted);
      const { root } = at.salted(claimId, first.address);
      await expect(checks.connect(first).commit(claimId, 0, root))
        .to.emit(checks, "CheckCommitted")
        .withArgs(claimId, 0, first, root);
      expect(await checks.commitmentOf(claimId, 0)).to.equal(root);
      const cannot = (by: typeof first, place: number, value: string) =>
        expect(checks.connect(by).commit(claimId, place, value)).to.be.revertedWithCustomError(
          checks,
          "CheckGame_CannotCommit",
        );
      await cannot(first, 0, ethers.id("another"));
      await cannot(second, 1, ethers.ZeroHash);
    });

    it("should be the drawn account's, or its operator's", async () => {
      const { at, checks, staking, stranger } = await networkHelpers.loadFixture(deploy);
      const submitted = await at.submitted();
      const [first, second] = await at.draw(submitted);
      const refused = (by: typeof first, place: number) =>
        expect(checks.connect(by).commit(submitted.claimId, place, SALT))
          .to.be.revertedWithCustomError(checks, "CheckGame_NotYours")
          .withArgs(submitted.claimId, place, by);
      await refused(second, 0);
      await refused(stranger, 0);
      await refused(first, 2);
      await refused(first, 255);
      await staking.connect(first).setOperator(stranger);
      await checks.connect(stranger).commit(submitted.claimId, 0, SALT);
    });

    it("should end with half of the window", async () => {
      const { at, checks } = await networkHelpers.loadFixture(deploy);
      const submitted = await at.submitted();
      const [first] = await at.draw(submitted);
      await at.passTo(submitted.windowEndsAt - 30);
      await expect(checks.connect(first).commit(submitted.claimId, 0, SALT)).to.be.revertedWithCustomError(
        checks,
        "CheckGame_TooLate",
      );
      await expect(checks.connect(first).commit(99n, 0, SALT)).to.be.revertedWithCustomError(
        checks,
        "CheckGame_NoCheck",
      );
    });
  });

  describe("vouch (I13)", () => {
    async function committed() {
      const { at, checks } = await deploy();
      const submitted = await at.submitted();
      const checkers = await at.draw(submitted);
      return { at, checks, submitted, checkers };
    }

    const openAtOf = async ({
      at,
      checks,
      submitted,
    }: Pick<Awaited<ReturnType<typeof committed>>, "at" | "checks" | "submitted">) =>
      at.recordAt((await checks.checkOf(submitted.claimId)).openAt);

    it("should take the words that were drawn, in both trees", async () => {
      const { at, checks, submitted, checkers } = await networkHelpers.loadFixture(committed);
      const [first] = checkers;
      await at.commit(submitted, 0, first);
      await openAtOf({ at, checks, submitted });
      await expect(at.vouch(submitted, 0, first))
        .to.emit(checks, "ClaimVouched")
        .withArgs(submitted.claimId, 0, first);
      expect((await checks.checkOf(submitted.claimId)).vouched).to.equal(1n);
    });

    it("should refuse who copied another's tree, or knows another trace than the provider's", async () => {
      const { at, checks, submitted, checkers } = await networkHelpers.loadFixture(committed);
      const { claimId, claim } = submitted;
      const [first, second] = checkers;
      // The second saw the first's commitment, and all its words.
      const { root } = at.salted(claimId, first.address);
      await checks.connect(first).commit(claimId, 0, root);
      await checks.connect(second).commit(claimId, 1, root);
      await openAtOf({ at, checks, submitted });
      const refused = async (openings: Awaited<ReturnType<ChecksWorld["openings"]>>) =>
        expect(checks.connect(second).vouch(claimId, claim, 1, openings)).to.be.revertedWithCustomError(
          checks,
          "ResultChecks_NotInTrees",
        );
      await refused(await at.openings(submitted, 1, first.address));
      await refused(await at.openings(submitted, 1, second.address));
    });

    it("should refuse what was not executed: the roots that the provider posted are not enough", async () => {
      const { at, checks, submitted, checkers } = await networkHelpers.loadFixture(committed);
      const [first] = checkers;
      await checks.connect(first).commit(submitted.claimId, 0, submitted.claim.bodyRoot);
      await openAtOf({ at, checks, submitted });
      // By now the provider has published everything.
      await expect(at.vouch(submitted, 0, first)).to.be.revertedWithCustomError(checks, "ResultChecks_NotInTrees");
    });

    it("should refuse other words, fewer or more, and paths that are too short or too long", async () => {
      const { at, checks, submitted, checkers } = await networkHelpers.loadFixture(committed);
      const { claimId, claim } = submitted;
      const [first] = checkers;
      await at.commit(submitted, 0, first);
      await openAtOf({ at, checks, submitted });
      const good = await at.openings(submitted, 0, first.address);
      const vouch = (openings: typeof good) => checks.connect(first).vouch(claimId, claim, 0, openings);
      await expect(vouch(good.slice(1)))
        .to.be.revertedWithCustomError(checks, "CheckGame_WrongCount")
        .withArgs(3, 4);
      await expect(vouch([...good, good[0]])).to.be.revertedWithCustomError(checks, "CheckGame_WrongCount");
      const [one, ...rest] = good;
      const bad = [
        [...good].reverse(),
        [{ ...one, word: SALT }, ...rest],
        [{ ...one, siblings: one.siblings.slice(1) }, ...rest],
        [{ ...one, siblings: [...one.siblings, SALT] }, ...rest],
        // Another word in the same leaf, which was not drawn.
        [{ ...one, siblings: one.siblings.with(6, SALT) }, ...rest],
        [{ ...one, saltedSiblings: one.saltedSiblings.with(6, SALT) }, ...rest],
        [{ ...one, saltedSiblings: one.saltedSiblings.slice(1) }, ...rest],
        [{ ...one, saltedSiblings: [...one.saltedSiblings, SALT] }, ...rest],
      ];
      for (const openings of bad) {
        await expect(vouch(openings)).to.be.revertedWithCustomError(checks, "ResultChecks_NotInTrees");
      }
      await vouch(good);
    });

    it("should be once, after a commitment, and with a bond", async () => {
      const { at, checks, submitted, checkers } = await networkHelpers.loadFixture(committed);
      const [first, second] = checkers;
      await at.commit(submitted, 0, first);
      await openAtOf({ at, checks, submitted });
      await at.vouch(submitted, 0, first);
      for (const [place, checker] of [first, second].entries()) {
        await expect(at.vouch(submitted, place, checker))
          .to.be.revertedWithCustomError(checks, "CheckGame_CannotVouch")
          .withArgs(submitted.claimId, place);
      }
    });

    it("should wait for the value, and end with the window", async () => {
      const { at, checks, submitted, checkers } = await networkHelpers.loadFixture(committed);
      const [first] = checkers;
      await at.commit(submitted, 0, first);
      const { claimId, claim } = submitted;
      await expect(checks.connect(first).vouch(claimId, claim, 0, [])).to.be.revertedWithCustomError(
        checks,
        "CheckGame_WrongCount",
      );
      const empty = { word: SALT, siblings: [], saltedSiblings: [] };
      await expect(
        checks.connect(first).vouch(claimId, claim, 0, [empty, empty, empty, empty]),
      ).to.be.revertedWithCustomError(checks, "CheckGame_NoValue");
      await openAtOf({ at, checks, submitted });
      const openings = await at.openings(submitted, 0, first.address);
      await at.passTo(submitted.windowEndsAt);
      await expect(checks.connect(first).vouch(claimId, claim, 0, openings)).to.be.revertedWithCustomError(
        checks,
        "CheckGame_TooLate",
      );
    });

    it("should be for claims that are open", async () => {
      const { at, claims, challenger, checks } = await networkHelpers.loadFixture(deploy);
      const submitted = await at.submitted({}, { isWrong: true });
      const [first] = await at.draw(submitted);
      await at.commit(submitted, 0, first, submitted.committed);
      await at.recordAt((await checks.checkOf(submitted.claimId)).openAt);
      const proof = at.proofOf(submitted);
      const reveal = await at.commitToProof(submitted.claimId, proof, challenger);
      await claims.connect(challenger).prove(submitted.claimId, submitted.claim, proof.target, proof.witness, reveal);
      await expect(at.vouch(submitted, 0, first, submitted.committed)).to.be.revertedWithCustomError(
        checks,
        "CheckGame_NotOpen",
      );
    });
  });

  describe("settle (I13)", () => {
    it("should pay who vouched, at most γ of the fee together, to its payout account", async () => {
      const { at, submitted, places, checks, checkPot, token, settlement, stranger } =
        await networkHelpers.loadFixture(vouchedRight);
      await at.finalize(submitted);
      const pot = await at.fillPot();
      await settlement.connect(places[1]).setPayout(stranger);
      const before = await Promise.all([places[0], stranger].map(async (account) => token.balanceOf(account)));
      const settle = checks.settle(submitted.claimId, submitted.order);
      const share = shareOf();
      await expect(settle).to.emit(checks, "CheckSettled").withArgs(submitted.claimId, share);
      for (const place of places) {
        await expect(settle).to.emit(checks, "CheckerPaid").withArgs(submitted.claimId, place, share);
      }
      const after = await Promise.all([places[0], stranger].map(async (account) => token.balanceOf(account)));
      expect(after.map((balance, i) => balance - before[i])).to.deep.equal([share, share]);
      expect(await token.balanceOf(checkPot)).to.equal(pot - 2n * share);
    });

    it("should pay no more than lies there, to who takes it itself", async () => {
      const { at, submitted, places, checks, checkPot, token, governor } =
        await networkHelpers.loadFixture(vouchedRight);
      await at.finalize(submitted);
      await token.connect(governor).transfer(checkPot, 101n);
      const { claimId, order } = submitted;
      expect(await checks.shareOf(claimId, order)).to.deep.equal([shareOf(), 50n]);
      await expect(checks.connect(places[1]).settle(claimId, order))
        .to.emit(checks, "CheckSettled")
        .withArgs(claimId, 50n);
      expect(await token.balanceOf(checkPot)).to.equal(1n);
    });

    it("should not let a stranger have checkers paid from an empty pot (I11)", async () => {
      const { at, submitted, checks, stranger } = await networkHelpers.loadFixture(vouchedRight);
      await at.finalize(submitted);
      const { claimId, order } = submitted;
      await expect(checks.connect(stranger).settle(claimId, order))
        .to.be.revertedWithCustomError(checks, "CheckGame_PotTooLow")
        .withArgs(claimId, 0n, shareOf());
      await at.fillPot();
      await expect(checks.connect(stranger).settle(claimId, order))
        .to.emit(checks, "CheckSettled")
        .withArgs(claimId, shareOf());
    });

    it("should charge who missed it in whole, whatever lies in the pot", async () => {
      const { at, checks, seats, stranger } = await networkHelpers.loadFixture(deploy);
      const submitted = await at.submitted();
      const [first, second] = await at.draw(submitted);
      await at.recordAt((await checks.checkOf(submitted.claimId)).openAt);
      await at.finalize(submitted);
      const settle = checks.connect(stranger).settle(submitted.claimId, submitted.order);
      for (const place of [first, second]) {
        await expect(settle).to.emit(checks, "CheckMissed").withArgs(submitted.claimId, place, stranger, shareOf());
      }
      const { seats: ids } = await checks.checkOf(submitted.claimId);
      expect((await seats.seatOf(ids[0])).bond).to.equal(BOND - shareOf());
    });

    it("should charge who did not vouch as much, and no more", async () => {
      const { at, checks, seats, token, stranger } = await networkHelpers.loadFixture(deploy);
      const submitted = await at.submitted();
      const [first, second] = await at.draw(submitted);
      await at.commit(submitted, 0, first);
      await at.recordAt((await checks.checkOf(submitted.claimId)).openAt);
      await at.vouch(submitted, 0, first);
      await at.finalize(submitted);
      await at.fillPot();
      const share = shareOf();
      const settle = checks.connect(stranger).settle(submitted.claimId, submitted.order);
      await expect(settle).to.emit(checks, "CheckerPaid").withArgs(submitted.claimId, first, share);
      await expect(settle).to.emit(checks, "CheckMissed").withArgs(submitted.claimId, second, stranger, share);
      const { seats: ids } = await checks.checkOf(submitted.claimId);
      expect((await seats.seatOf(ids[1])).bond).to.equal(BOND - share);
      expect(await token.balanceOf(stranger)).to.equal((share * 3n) / 10n);
    });

    it("should charge nobody when the value of the openings was lost", async () => {
      const { at, checks, seats } = await networkHelpers.loadFixture(deploy);
      const submitted = await at.submitted();
      const [first] = await at.draw(submitted);
      await at.commit(submitted, 0, first);
      await at.finalize(submitted);
      await at.fillPot();
      const settle = checks.settle(submitted.claimId, submitted.order);
      await expect(settle).not.to.emit(checks, "CheckMissed");
      const { seats: ids } = await checks.checkOf(submitted.claimId);
      expect((await seats.seatOf(ids[0])).bond).to.equal(BOND);
    });

    it("should be once, for a job that is paid, by the order that it was opened with", async () => {
      const { at, submitted, checks } = await networkHelpers.loadFixture(vouchedRight);
      const { claimId, order } = submitted;
      await expect(checks.settle(claimId, order)).to.be.revertedWithCustomError(checks, "CheckGame_NotPaid");
      await at.finalize(submitted);
      const other = { ...order, terms: { ...order.terms, maxPrice: 10_000n * CREDIT } };
      await expect(checks.settle(claimId, other)).to.be.revertedWithCustomError(checks, "CheckGame_OtherOrder");
      await at.fillPot();
      await checks.settle(claimId, order);
      await expect(checks.settle(claimId, order)).to.be.revertedWithCustomError(checks, "CheckGame_AlreadySettled");
      await expect(checks.shareOf(claimId, order), "there is nothing more to pay").to.be.revertedWithCustomError(
        checks,
        "CheckGame_AlreadySettled",
      );
    });

    it("should lapse before the bonds can leave", async () => {
      const { at, submitted, places, checks, seats } = await networkHelpers.loadFixture(vouchedRight);
      await at.finalize(submitted);
      const { seats: ids, lapsesAt } = await checks.checkOf(submitted.claimId);
      await seats.connect(places[0]).leaveSeat(ids[0]);
      await networkHelpers.time.setNextBlockTimestamp(lapsesAt);
      await expect(checks.settle(submitted.claimId, submitted.order)).to.be.revertedWithCustomError(
        checks,
        "CheckGame_NoCheck",
      );
      await expect(seats.releaseSeat(ids[0])).to.be.revertedWithCustomError(seats, "CheckSeats_BondHeld");
    });

    it("should pay by what stood when the check was drawn (I10)", async () => {
      const { at, submitted, checks, terms, governor } = await networkHelpers.loadFixture(vouchedRight);
      await at.finalize(submitted);
      await terms.connect(governor).setCloseTerms({ ...PARAMETERS.closeTerms, gammaPpm: 0 });
      await checks.connect(governor).setSampling({ pickPpm: 10_000, checkers: 4 });
      await at.fillPot();
      await expect(checks.settle(submitted.claimId, submitted.order))
        .to.emit(checks, "CheckSettled")
        .withArgs(submitted.claimId, shareOf());
    });

    it("should pay γ of the fee, and no more, however few are picked", async () => {
      const { at, checks, governor } = await networkHelpers.loadFixture(deployForOne);
      await checks.connect(governor).setSampling({ pickPpm: 10_000, checkers: 1 });
      const submitted = await at.submitted();
      await at.recordPicking(submitted, 10_000n);
      await checks.draw(submitted.claimId, submitted.claim);
      const { payPpm } = await checks.checkOf(submitted.claimId);
      expect(payPpm).to.equal(PARAMETERS.closeTerms.gammaPpm);
    });
  });

  describe("convict (I13)", () => {
    async function convicted(at: ChecksWorld, submitted: Submitted) {
      const { checks, challenger } = at.world;
      const proof = at.proofOf(submitted);
      const reveal = await at.commitToProof(submitted.claimId, proof, challenger);
      return checks
        .connect(challenger)
        .convict(submitted.claimId, submitted.claim, proof.target, proof.witness, reveal);
    }

    it("should take the whole bond of all who vouched for a wrong word, and their seats", async () => {
      const { at, submitted, places, checks, seats, staking, token, challenger } =
        await networkHelpers.loadFixture(vouchedWrong);
      const before = await token.balanceOf(challenger);
      const convict = convicted(at, submitted);
      const { seats: ids } = await checks.checkOf(submitted.claimId);
      for (const [place, account] of places.entries()) {
        await expect(convict)
          .to.emit(checks, "VoucherConvicted")
          .withArgs(submitted.claimId, account, challenger, BOND);
        const { bond, leftAt } = await seats.seatOf(ids[place]);
        expect([bond, leftAt === 0n]).to.deep.equal([0n, false]);
        expect((await staking.accountOf(account)).bonded).to.equal(0n);
      }
      expect((await token.balanceOf(challenger)) - before).to.equal((2n * BOND * 3n) / 10n);
      await expect(convicted(at, submitted)).to.be.revertedWithCustomError(checks, "ResultChecks_NoVoucher");
    });

    it("should do so after the claim fell, and after it stood and its check was settled", async () => {
      for (const falls of [true, false]) {
        const { at, submitted, checks, claims, challenger } = await networkHelpers.loadFixture(vouchedWrong);
        if (falls) {
          const proof = at.proofOf(submitted);
          const reveal = await at.commitToProof(submitted.claimId, proof, challenger);
          await claims
            .connect(challenger)
            .prove(submitted.claimId, submitted.claim, proof.target, proof.witness, reveal);
        } else {
          await at.finalize(submitted);
          await at.fillPot();
          await checks.settle(submitted.claimId, submitted.order);
        }
        await expect(convicted(at, submitted)).to.emit(checks, "VoucherConvicted");
      }
    });

    it("should reach a voucher that has left its seat, until the check lapses", async () => {
      const { at, submitted, places, checks, seats } = await networkHelpers.loadFixture(vouchedWrong);
      const { seats: ids, lapsesAt } = await checks.checkOf(submitted.claimId);
      await seats.connect(places[0]).leaveSeat(ids[0]);
      await at.passTo(lapsesAt - 3n);
      await expect(convicted(at, submitted)).to.emit(checks, "VoucherConvicted");
      expect((await seats.seatOf(ids[0])).bond).to.equal(0n);
    });

    it("should not touch who did not vouch", async () => {
      const { at, checks, seats } = await networkHelpers.loadFixture(deploy);
      const submitted = await at.submitted({}, { isWrong: true });
      const [liar] = await at.draw(submitted);
      await at.commit(submitted, 0, liar, submitted.committed);
      await at.recordAt((await checks.checkOf(submitted.claimId)).openAt);
      await expect(convicted(at, submitted)).to.be.revertedWithCustomError(checks, "ResultChecks_NoVoucher");
      await at.vouch(submitted, 0, liar, submitted.committed);
      await convicted(at, submitted);
      const { seats: ids } = await checks.checkOf(submitted.claimId);
      expect((await seats.seatOf(ids[1])).bond).to.equal(BOND);
    });

    it("should refuse a proof that its caller did not commit to in an earlier block", async () => {
      const { at, submitted, checks, challenger, stranger } = await networkHelpers.loadFixture(vouchedWrong);
      const proof = at.proofOf(submitted);
      const { claimId, claim } = submitted;
      const reveal = await at.commitToProof(claimId, proof, challenger);
      const copy = (by: typeof stranger, shown: typeof reveal) =>
        expect(
          checks.connect(by).convict(claimId, claim, proof.target, proof.witness, shown),
        ).to.be.revertedWithCustomError(checks, "ResultChecks_NotCommitted");
      await copy(stranger, reveal);
      await copy(challenger, { ...reveal, lane: 5n });
      await copy(challenger, { ...reveal, salt: ethers.ZeroHash });
    });

    it("should refuse a right word, and another claim", async () => {
      const { at, submitted, checks, challenger } = await networkHelpers.loadFixture(vouchedRight);
      const { claimId, claim } = submitted;
      const wrong = { ...submitted, committed: at.wrongTraces() };
      const proof = at.proofOf(wrong);
      const right = { target: proof.target, witness: at.witnessOf(submitted, proof.target) };
      const reveal = await at.commitToProof(claimId, right, challenger);
      const convict = (shown: typeof claim) =>
        checks.connect(challenger).convict(claimId, shown, right.target, right.witness, reveal);
      await expect(convict(claim)).to.be.revertedWithCustomError(checks, "ResultChecks_WordIsRight");
      await expect(convict({ ...claim, bodyRoot: SALT })).to.be.revertedWithCustomError(checks, "CheckGame_OtherClaim");
    });

    it("should not pay who was convicted before the settlement", async () => {
      const { at, submitted, checks, checkPot, token } = await networkHelpers.loadFixture(vouchedWrong);
      await convicted(at, submitted);
      await at.finalize(submitted);
      const pot = await at.fillPot();
      const settle = checks.settle(submitted.claimId, submitted.order);
      await expect(settle).not.to.emit(checks, "CheckerPaid");
      expect(await token.balanceOf(checkPot)).to.equal(pot);
    });

    it("should keep a seat without a bond from vouching", async () => {
      const { at, checks, seats } = await networkHelpers.loadFixture(vouchedWrong);
      const submitted = await at.submitted();
      const checkers = await at.draw(submitted);
      for (const [place, checker] of checkers.entries()) await at.commit(submitted, place, checker);
      const first = at.submittedOrder(256n + 1n);
      await convicted(at, first);
      await at.recordAt((await checks.checkOf(submitted.claimId)).openAt);
      const { seats: ids } = await checks.checkOf(submitted.claimId);
      for (const [place, checker] of checkers.entries()) {
        const { bond } = await seats.seatOf(ids[place]);
        const vouch = at.vouch(submitted, place, checker);
        if (bond === 0n) await expect(vouch).to.be.revertedWithCustomError(checks, "CheckGame_CannotVouch");
        else await vouch;
      }
    });
  });

  describe("setSampling", () => {
    it("should reach claims that are posted later, and no other (I10)", async () => {
      const { at, checks, governor } = await networkHelpers.loadFixture(deploy);
      const before = await at.submitted();
      const sampling = { pickPpm: 10_000, checkers: 4 };
      await expect(checks.connect(governor).setSampling(sampling)).to.emit(checks, "SamplingSet");
      await at.recordPick(before);
      expect((await checks.drawnFor(before.claimId, before.claim)).seats.length).to.equal(2);
      const now = await at.now;
      expect((await checks.samplingAt(now + 1)).checkers).to.equal(4n);
      expect((await checks.samplingAt(before.windowEndsAt - 60)).checkers).to.equal(2n);
    });

    it("should keep to its bounds, and to the governor", async () => {
      const { checks, governor, stranger } = await networkHelpers.loadFixture(deploy);
      const bad = [
        { pickPpm: 9_999, checkers: 1 },
        { pickPpm: 1_000_001, checkers: 1 },
        { pickPpm: 10_000, checkers: 0 },
        { pickPpm: 10_000, checkers: 5 },
      ];
      for (const sampling of bad) {
        await expect(checks.connect(governor).setSampling(sampling)).to.be.revertedWithCustomError(
          checks,
          "CheckGame_BadSampling",
        );
      }
      await expect(checks.connect(stranger).setSampling(bad[0])).to.be.revertedWithCustomError(
        checks,
        "AccessManagedUnauthorized",
      );
    });
  });

  describe("deployment", () => {
    it("should refuse rules that could not work", async () => {
      const { checks } = await networkHelpers.loadFixture(deploy);
      const { checkRules } = PARAMETERS;
      const bad = [
        { leadSeconds: 0 },
        { gridSeconds: 0 },
        { maxLifeSeconds: 0 },
        { maxLifeSeconds: PARAMETERS.seatLeaveSeconds / 2 + 1 },
        { openings: 0 },
        { openings: 17 },
      ];
      for (const changes of bad) {
        const deployed = ChecksWorld.deploy(connection, undefined, { checkRules: { ...checkRules, ...changes } });
        await expect(deployed).to.be.revertedWithCustomError(checks, "CheckGame_BadRules");
      }
    });
  });
});
