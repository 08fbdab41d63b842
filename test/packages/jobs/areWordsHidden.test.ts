import { areWordsHidden } from "@millrace/jobs";
import type { Contracts } from "@millrace/sdk";
import { expect } from "chai";
import hre from "hardhat";

import { ChecksWorld } from "../../checks/checksFixture.js";

const connection = await hre.network.create();
const { networkHelpers } = connection;

async function deploy(): Promise<ChecksWorld> {
  const at = await ChecksWorld.deploy(connection);
  await at.seatAll();
  return at;
}

describe("areWordsHidden", () => {
  let at: ChecksWorld;

  beforeEach(async () => {
    at = await networkHelpers.loadFixture(deploy);
  });

  /** Whether they are, with something that happens on the chain right after it was first asked who is drawn. */
  const areHidden = async (
    posted: Awaited<ReturnType<ChecksWorld["submitted"]>>,
    meanwhile: () => Promise<unknown> = () => Promise.resolve(),
  ): Promise<boolean> => {
    const { beacon, checks, claims, seats } = at.world;
    let isFirst = true;
    const watched = {
      checkOf: (claimId: bigint) => checks.checkOf(claimId),
      drawnFor: async (claimId: bigint, claim: typeof posted.claim) => {
        const drawn = await checks.drawnFor(claimId, claim);
        if (isFirst) await meanwhile();
        isFirst = false;
        return drawn;
      },
    };
    const contracts = { beacon, claims, seats, checks: watched } as unknown as Contracts;
    return await areWordsHidden(contracts, posted, await at.now);
  };

  it("should hide them until all who are drawn have committed, or have had their time", async () => {
    const posted = await at.submitted();
    expect(await areHidden(posted), "nobody is drawn yet").to.equal(true);
    await at.recordPick(posted);
    expect(await areHidden(posted), "somebody can be drawn").to.equal(true);
    const checkers = await at.draw(posted);
    expect(await areHidden(posted), "somebody is drawn").to.equal(true);
    const { checks } = at.world;
    const commit = async (place: number) => {
      const root = at.salted(posted.claimId, checkers[place].address).root;
      await checks.connect(checkers[place]).commit(posted.claimId, place, root);
    };
    await commit(0);
    expect(await areHidden(posted), "one has committed").to.equal(true);
    const snapshot = await networkHelpers.takeSnapshot();
    await commit(1);
    expect(await areHidden(posted), "all have committed").to.equal(false);
    await snapshot.restore();
    await at.passTo((await checks.checkOf(posted.claimId)).commitBy + 1n);
    expect(await areHidden(posted), "the other is late").to.equal(false);
  });

  it("should show them when nobody will check them", async () => {
    const posted = await at.submitted();
    await at.passTo((await at.world.checks.drawnFor(posted.claimId, posted.claim)).drawBy + 1n);
    expect(await areHidden(posted)).to.equal(false);
  });

  it("should hide them when the value of the draw is recorded while it asks", async () => {
    const posted = await at.submitted();
    expect(await areHidden(posted, () => at.recordPick(posted))).to.equal(true);
    expect(await areHidden(posted)).to.equal(true);
  });
});
