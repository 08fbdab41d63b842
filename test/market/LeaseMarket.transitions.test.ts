import { expect } from "chai";
import hre from "hardhat";

import { LeaseDriver } from "./leaseDriver.js";
import { LEASE_STATUSES, type LeaseStatus, marketWorld } from "./marketFixture.js";

const connection = await hre.network.create();
const { networkHelpers } = connection;

/** What each call of a party leaves behind in the statuses that allow it; every other pair must be refused. */
const TABLE: Record<string, Partial<Record<LeaseStatus, LeaseStatus>>> = {
  topUp: { Running: "Running", Paused: "Running" },
  close: { Running: "Closing", Closing: "Closing", Paused: "Ended" },
  giveNotice: { Running: "Closing", Paused: "Ended" },
};

describe("LeaseMarket transitions", () => {
  let driver: LeaseDriver;
  let leaseId: bigint;

  function call(name: string) {
    const { leases, buyer, alice } = driver.world;
    if (name === "topUp") return leases.connect(buyer).topUp(leaseId, driver.price(50));
    if (name === "close") return leases.connect(buyer).close(leaseId);
    return leases.connect(alice).giveNotice(leaseId);
  }

  for (const status of LEASE_STATUSES) {
    describe(status, () => {
      before(async () => {
        driver = new LeaseDriver(connection, await marketWorld(connection));
        leaseId = await driver.inStatus(status);
      });

      it("should be the status that the facts give", async () => {
        expect(await driver.statusOf(leaseId)).to.equal(status);
      });

      for (const name of Object.keys(TABLE)) {
        const next = TABLE[name][status];
        it(next === undefined ? `should refuse ${name}` : `should become ${next} by ${name}`, async () => {
          const snapshot = await networkHelpers.takeSnapshot();
          if (next === undefined) {
            await expect(call(name))
              .to.be.revertedWithCustomError(driver.world.leases, "LeaseMarket_WrongStatus")
              .withArgs(leaseId, LEASE_STATUSES.indexOf(status), allowed(name));
          } else {
            await call(name);
            expect(await driver.statusOf(leaseId)).to.equal(next);
          }
          await snapshot.restore();
        });
      }
    });
  }
});

function allowed(name: string): bigint {
  const statuses = Object.keys(TABLE[name]) as LeaseStatus[];
  return statuses.reduce((bits, status) => bits | (1n << BigInt(LEASE_STATUSES.indexOf(status))), 0n);
}
