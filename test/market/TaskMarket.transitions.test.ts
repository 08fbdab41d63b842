import { expect } from "chai";
import hre from "hardhat";

import { marketWorld, TASK_STATUSES, type TaskStatus } from "./marketFixture.js";
import { NODE_OF_BOB, type Opened, TaskDriver } from "./taskDriver.js";

const connection = await hre.network.create();
const { networkHelpers } = connection;

/** What each call leaves behind in the statuses that allow it; every other pair must be refused. */
const TABLE: Record<string, Partial<Record<TaskStatus, TaskStatus>>> = {
  accept: { Listed: "Accepted", Unacknowledged: "Accepted", Overdue: "Accepted", Rejected: "Accepted" },
  acknowledge: { Accepted: "Working" },
  submit: { Working: "Submitted" },
  finalize: { Confirmed: "Finalized" },
  release: { Unacknowledged: "Listed", Overdue: "Listed", Rejected: "Listed" },
  cancel: {
    Listed: "Cancelled",
    Expired: "Cancelled",
    Unacknowledged: "Cancelled",
    Overdue: "Cancelled",
    Rejected: "Cancelled",
  },
};

describe("TaskMarket transitions", () => {
  let driver: TaskDriver;

  function call(name: string, opened: Opened) {
    const { tasks, alice, buyer, stranger } = driver.world;
    const { taskId, order } = opened;
    if (name === "accept") return driver.accept(opened, false, NODE_OF_BOB);
    if (name === "acknowledge") return tasks.connect(alice).acknowledge(taskId, order);
    if (name === "submit") return driver.submit(opened);
    if (name === "finalize") return tasks.connect(stranger).finalize(taskId, order);
    if (name === "release") return tasks.connect(stranger).release(taskId, order);
    return tasks.connect(buyer).cancel(taskId, order);
  }

  for (const status of TASK_STATUSES) {
    describe(status, () => {
      let opened: Opened;

      // One chain of events for all calls of a status: the fixture is a snapshot of it.
      const inStatus = async () => {
        driver = new TaskDriver(connection, await marketWorld(connection));
        opened = await driver.inStatus(status);
      };

      before(inStatus);

      it("should be the status that the facts give", async () => {
        expect(await driver.statusOf(opened.taskId)).to.equal(status);
      });

      for (const name of Object.keys(TABLE)) {
        const next = TABLE[name][status];
        it(next === undefined ? `should refuse ${name}` : `should become ${next} by ${name}`, async () => {
          const snapshot = await networkHelpers.takeSnapshot();
          const { tasks } = driver.world;
          if (next !== undefined) {
            await call(name, opened);
            expect(await driver.statusOf(opened.taskId)).to.equal(next);
          } else if (status === "None") {
            await expect(call(name, opened)).to.be.revertedWithCustomError(tasks, "TaskMarket_WrongOrder");
          } else {
            await expect(call(name, opened))
              .to.be.revertedWithCustomError(tasks, "TaskMarket_WrongStatus")
              .withArgs(opened.taskId, TASK_STATUSES.indexOf(status), allowed(name));
          }
          await snapshot.restore();
        });
      }
    });
  }
});

function allowed(name: string): bigint {
  const statuses = Object.keys(TABLE[name]) as TaskStatus[];
  return statuses.reduce((bits, status) => bits | (1n << BigInt(TASK_STATUSES.indexOf(status))), 0n);
}
