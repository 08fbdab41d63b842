import { expect } from "chai";
import { id, type Result } from "ethers";
import hre from "hardhat";

import { BatchTree, batchTypes, signCompact } from "@millrace/uptime-tree/format";

import { domainOf } from "../support/typedData.js";
import { LeaseDriver } from "./leaseDriver.js";
import { marketWorld, type World } from "./marketFixture.js";

const connection = await hre.network.create();
const { networkHelpers } = connection;

const NODE = 1n;
const SLOT_SECONDS = 10;
/** After the start of its epoch. */
const [FROM, SECONDS] = [25, 100];
const LEAF_TIMEOUT = 2_000;

async function fixture() {
  return marketWorld(connection);
}

describe("LeaseMarket: an objection and receipts", () => {
  let world: World;
  let driver: LeaseDriver;
  let epoch: number;
  let leaseId: bigint;

  /** A lease of a hundred seconds, in slots 2 to 12 of an epoch that nobody reports. */
  beforeEach(async () => {
    world = await networkHelpers.loadFixture(fixture);
    driver = new LeaseDriver(connection, world);
    epoch = (await driver.epoch()) + 1;
    await driver.at(driver.startOf(epoch) + FROM);
    leaseId = await driver.hire(SECONDS);
  });

  /** An attestor's word that it heard the node in some slots. */
  async function show(slots: readonly number[], nodeId = NODE): Promise<void> {
    const { uptime, receipts, attestorKeys, stranger } = world;
    const domain = await domainOf(connection, "Millrace Uptime", uptime);
    const seat = 1;
    const [seats] = await uptime.setOf(epoch);
    const key = attestorKeys.find(({ address }) => address === seats[seat]);
    if (key === undefined) throw new Error("no key for the seat");
    const given = await Promise.all(
      slots.map(async (slot) => {
        const tree = new BatchTree([{ nodeId, heartbeatHash: id(`heartbeat ${slot}`) }]);
        const batch = { epoch, slot, root: tree.root };
        const signature = await signCompact(key, domain, batchTypes, batch);
        return { seat, root: tree.root, heartbeatHash: id(`heartbeat ${slot}`), path: [], signature };
      }),
    );
    await receipts.connect(stranger).show(epoch, nodeId, [...slots], given);
  }

  /** What a settlement without a report paid and gave back, in seconds of the rate. */
  async function settled(): Promise<{ paid: bigint; refunded: bigint }> {
    await networkHelpers.time.increaseTo(driver.startOf(epoch + 1) + LEAF_TIMEOUT);
    await world.leases.connect(world.stranger).settleUnreported(leaseId, epoch);
    const [{ args }] = await world.leases.queryFilter(world.leases.filters.LeaseSettled(leaseId));
    return { paid: args.paid / driver.price(1), refunded: args.refunded / driver.price(1) };
  }

  it("should pay exactly the seconds of the slots that are shown, cut to the lease", async () => {
    const { leases, settlement, buyer, alice } = world;
    const before = (await settlement.accountOf(buyer)).free;
    await leases.connect(buyer).objectTo(leaseId, epoch);
    // Of slots 2 and 12 the lease has five seconds each, of slot 15 none.
    await show([2, 5, 12, 15]);
    expect(await settled()).to.deep.equal({ paid: 5n + 10n + 5n, refunded: 80n });
    const fee = (driver.price(20) * 50_000n) / 1_000_000n;
    expect((await settlement.positionOf(alice)).earned).to.equal(driver.price(20) - fee);
    const { free, locked } = await settlement.accountOf(buyer);
    expect([free - before, locked]).to.deep.equal([driver.price(80), 0n]);
  });

  it("should pay nothing where nothing is shown, or only of another node", async () => {
    await world.leases.connect(world.buyer).objectTo(leaseId, epoch);
    await show([3, 4], 2n);
    expect(await settled()).to.deep.equal({ paid: 0n, refunded: 100n });
  });

  it("should pay all where every slot is shown", async () => {
    await world.leases.connect(world.buyer).objectTo(leaseId, epoch);
    const last = (FROM + SECONDS) / SLOT_SECONDS;
    await show(Array.from({ length: Math.floor(last) + 1 }, (_, slot) => slot));
    expect(await settled()).to.deep.equal({ paid: 100n, refunded: 0n });
  });

  it("should take an objection while a report is posted that may still fall", async () => {
    const { leases, challenges, uptime, buyer } = world;
    await driver.closeThrough(epoch);
    const timeoutAt = driver.startOf(epoch + 1) + world.parameters.leasePeriods.reportTimeoutSeconds;
    await networkHelpers.time.increaseTo(timeoutAt - 10);
    await driver.report(epoch, [0n, 0n]);
    const [{ args }] = await uptime.queryFilter(uptime.filters.ReportPosted(epoch));
    const report = (args.report as unknown as Result).toObject() as unknown as typeof args.report;
    await challenges.demandPart(report, 0, 0, { value: await challenges.bondWei() });
    await networkHelpers.time.increaseTo(timeoutAt);
    await leases.connect(buyer).objectTo(leaseId, epoch);
    await networkHelpers.time.increase(await challenges.answerSecondsOf(epoch));
    await challenges.voidMissing(report, 0, 0);
    await expect(leases.settleUnreported(leaseId, epoch)).to.be.revertedWithCustomError(
      leases,
      "LeaseMarket_ReportAwaited",
    );
    await expect(leases.connect(buyer).objectTo(leaseId, epoch), "none stands").to.be.revertedWithCustomError(
      leases,
      "LeaseMarket_NoObjection",
    );
    expect(await settled()).to.deep.equal({ paid: 0n, refunded: 100n });
  });

  it("should not ask for receipts without an objection", async () => {
    await show([3]);
    expect(await settled()).to.deep.equal({ paid: 100n, refunded: 0n });
  });
});
