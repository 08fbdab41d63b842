import { expect } from "chai";
import hre from "hardhat";

import { BOND_WEI, CHALLENGE_SECONDS, deployUptime, EPOCH_SECONDS, type UptimeFixture } from "./uptimeFixture.js";

const { ethers, networkHelpers } = await hre.network.create();
const deploy = (): Promise<UptimeFixture> => deployUptime(ethers, networkHelpers);
const LONGEST = 7 * EPOCH_SECONDS;

describe("The challenge window of UptimeOracle", () => {
  let at: UptimeFixture;

  beforeEach(async () => {
    at = await networkHelpers.loadFixture(deploy);
  });

  /** Time to answer what was asked in a transaction. */
  const timeToAnswer = async (answerBy: bigint): Promise<bigint> =>
    answerBy - BigInt(await networkHelpers.time.latest());

  it("should let missing data be demanded of an open report, however long windows become (I10)", async () => {
    const { report } = await at.post(0);
    await at.oracle.setChallengeSeconds(LONGEST);
    await at.challenges.demandPart(report, 0, 0, { value: await at.challenges.feeOf(0) });
    const { answerBy } = await at.challenges.demandOf(
      await at.challenges.demandIdOf(await at.oracle.reportHashOf(report), 0, 0),
    );
    expect(await timeToAnswer(answerBy)).to.equal(CHALLENGE_SECONDS / 4);
  });

  it("should leave an attestor its time to answer, however short windows become (I10, I7)", async () => {
    const { report, leaves, tree } = await at.post(0, { bitmap: 0b1000n });
    await at.oracle.setChallengeSeconds(1);
    await at.challenges.challengeSlot(report, leaves[1]!, [...tree.proof(1)], 3, { value: BOND_WEI });
    const { answerBy } = await at.challenges.challengeOf(await at.challenges.challengeIdOf(at.hash(report), 2, 3));
    expect(await timeToAnswer(answerBy)).to.equal(CHALLENGE_SECONDS / 4);
  });

  it("should be another for reports of epochs that begin after the change", async () => {
    await at.post(0);
    const fromEpoch = await at.oracle.nextSetEpoch();
    await expect(at.oracle.setChallengeSeconds(90)).to.emit(at.oracle, "ChallengeSecondsSet").withArgs(90, fromEpoch);
    expect(await at.oracle.challengeSecondsOf(fromEpoch - 1n)).to.equal(CHALLENGE_SECONDS);
    expect(await at.oracle.challengeSecondsOf(fromEpoch)).to.equal(90);
    for (const [epoch, window] of [
      [fromEpoch - 1n, CHALLENGE_SECONDS],
      [fromEpoch, 90],
    ] as const) {
      await at.post(Number(epoch));
      const { finalAt } = await at.oracle.reportOf(epoch);
      expect(await timeToAnswer(finalAt), `${epoch}`).to.equal(window);
    }
  });

  it("should be changed again only when nothing can be open under the one before (I10)", async () => {
    await at.post(0);
    await at.oracle.setChallengeSeconds(LONGEST);
    const [fromEpoch, epochs] = [await at.oracle.nextSetEpoch(), await at.oracle.WINDOW_EPOCHS()];
    // The last report of before, posted as late as may be, with a doubled window, and a window and an epoch more.
    expect(epochs).to.equal(7n + 2n * 7n + 7n + 2n);
    const inEpoch = async (epoch: bigint): Promise<void> => {
      await networkHelpers.time.increaseTo(at.genesisAt + Number(epoch) * EPOCH_SECONDS);
    };
    await inEpoch(fromEpoch + epochs - 2n);
    await expect(at.oracle.setChallengeSeconds(1))
      .to.be.revertedWithCustomError(at.oracle, "UptimeOracle_WindowInUse")
      .withArgs(fromEpoch + epochs);
    await inEpoch(fromEpoch + epochs - 1n);
    await at.oracle.setChallengeSeconds(1);
    expect(await at.oracle.challengeSecondsOf(fromEpoch)).to.equal(LONGEST);
  });

  it("should be changed at will, for all reports, while there is none", async () => {
    for (const seconds of [1, LONGEST, 90]) await at.oracle.setChallengeSeconds(seconds);
    expect(await at.oracle.challengeSecondsOf(0)).to.equal(90);
  });
});
