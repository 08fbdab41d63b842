import { expect } from "chai";
import hre from "hardhat";

import { LeaseDriver } from "./leaseDriver.js";
import { marketWorld } from "./marketFixture.js";

const connection = await hre.network.create();
const PPM = 1_000_000n;
const NEW_FEE_PPM = 200_000n;

describe("Changes in a pause", () => {
  it("T-51: should leave epochs that have begun and leases that are open as they were", async () => {
    const world = await marketWorld(connection);
    const { settlement, terms, leases, staking } = world;
    const driver = new LeaseDriver(connection, world);
    const leaseId = await driver.hire(150);
    const { feePpm } = await leases.leaseOf(leaseId);
    const { epoch } = await leases.nextPieceOf(leaseId);
    const before = await terms.closeTermsAt(epoch);
    const staked = await staking.accountOf(world.alice);

    await settlement.pauseEntries(60);
    await leases.pauseEntries(60);
    const { spreadPpm, hourlyCapPpm, hourlyCapFloor } = await terms.tradeTerms();
    await terms.setTradeTerms({ feePpm: NEW_FEE_PPM, spreadPpm, hourlyCapPpm, hourlyCapFloor });
    const { gammaPpm, tauPpm, kappaPpm, bufferPpm, availabilityPpm, attestorsPpm, checksPpm } = before;
    await terms.setCloseTerms({
      gammaPpm: gammaPpm / 2n,
      ...{ tauPpm, kappaPpm, bufferPpm, availabilityPpm, attestorsPpm, checksPpm },
    });
    await settlement.pauseEntries(0);
    await leases.pauseEntries(0);

    expect(await terms.closeTermsAt(epoch)).to.deep.equal(before);
    expect((await terms.closeTermsAt(epoch + 1n)).gammaPpm).to.equal(gammaPpm / 2n);
    expect(await staking.accountOf(world.alice)).to.deep.equal(staked);
    await driver.pass(500);
    const [mine] = await driver.finalReport(Number(epoch));
    await leases.settle(leaseId, mine.leaf, mine.proof);
    const [{ args: paid }] = await settlement.queryFilter(settlement.filters.Paid(world.buyer, world.alice));
    expect(paid.fee).to.equal((paid.credits * feePpm + PPM - 1n) / PPM);
    expect(feePpm).to.not.equal(NEW_FEE_PPM);
  });
});
