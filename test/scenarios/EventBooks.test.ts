import { expect } from "chai";
import hre from "hardhat";

import { BooksDifferError, EventBooks } from "../../scenarios/lib/EventBooks.js";
import { ApprovalDriver } from "../market/approvalDriver.js";
import { LeaseDriver } from "../market/leaseDriver.js";
import { openOrder, PLEDGE, takePledged } from "../market/leaseTerms.js";
import { marketWorld } from "../market/marketFixture.js";
import { TaskDriver } from "../market/taskDriver.js";
import { CREDIT } from "../support/deployMillrace.js";

/** Events that the books are made of; what this test plays has all of them, most more than once. */
const NEEDED = [
  "Transfer",
  "Bought",
  "Locked",
  "Refunded",
  "Paid",
  "RedemptionRequested",
  "Compensated",
  "OwedCredited",
  "EpochClosed",
  "UnburnedDestroyed",
  "Collected",
  "Staked",
  "Bonded",
  "Unbonded",
  "BondSlashed",
  "LeaseHired",
  "LeaseToppedUp",
  "LeaseClosed",
  "LeaseSettled",
  "ChunkPaid",
  "TaskFinalized",
];

describe("EventBooks", () => {
  it("closes on everything that happened, and not without any one event", async () => {
    const connection = await hre.network.create();
    const world = await marketWorld(connection);
    const [leasing, approving] = [new LeaseDriver(connection, world), new ApprovalDriver(connection, world)];
    const { leases, settlement, buyer, alice } = world;
    const epoch = (await leasing.epoch()) + 1;
    await leasing.at(leasing.startOf(epoch));
    const leaseId = await takePledged(connection, world, 100);
    await leases.connect(buyer).topUp(leaseId, leasing.price(60));
    await leases.connect(buyer).close(await leasing.hire(100));
    await openOrder(connection, world, { pledge: PLEDGE });
    await new TaskDriver(connection, world).inStatus("Finalized");
    await approving.deliver(await approving.working(1), 0);
    await settlement.connect(buyer).requestRedemption(CREDIT);
    const [mine] = await leasing.finalReport(epoch, [0b11n, 0n]);
    await leasing.pass(world.parameters.leasePeriods.graceSeconds);
    await leases.settle(leaseId, mine.leaf, mine.proof);
    await leasing.closeThrough((await leasing.epoch()) - 1);
    await settlement.collect(alice);
    await settlement.creditOwed(buyer);
    await leasing.closeThrough(await leasing.epoch());

    const books = await EventBooks.read(connection, world);
    await books.check();
    for (const name of NEEDED) {
      const first = books.events.findIndex((event) => event.name === name);
      expect(first, `${name} was played`).to.be.at.least(0);
      let index = 0;
      const lacking = await EventBooks.read(connection, world, () => index++ !== first);
      const failure = await lacking.check().then(
        () => undefined,
        (error: unknown) => error,
      );
      expect(failure, `without ${name}`).to.be.instanceOf(BooksDifferError);
    }
  });
});
