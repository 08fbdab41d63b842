import { expect } from "chai";
import hre from "hardhat";

import { marketWorld, TASK_STATUSES, type TaskStatus } from "./marketFixture.js";
import { NODE_OF_BOB, type Opened, TaskDriver } from "./taskDriver.js";

const connection = await hre.network.create();
const { networkHelpers } = connection;

/** The buyer, the provider that works, another that would, the agent of both, and nobody's side. */
const CALLERS = ["buyer", "alice", "bob", "agent", "stranger"] as const;
type Caller = (typeof CALLERS)[number];

interface Call {
  readonly may: (status: TaskStatus) => readonly Caller[];
  readonly otherwise: string;
  readonly next: Partial<Record<TaskStatus, TaskStatus>>;
}

/** What each call leaves behind in the statuses that allow it; everything else must be refused. */
const TABLE: Record<string, Call> = {
  accept: {
    may: () => ["bob", "agent"],
    otherwise: "TaskMarket_NotProvider",
    next: { Listed: "Accepted", Unacknowledged: "Accepted", Overdue: "Accepted", Rejected: "Accepted" },
  },
  acknowledge: {
    may: () => ["alice", "agent"],
    otherwise: "TaskMarket_NotProvider",
    next: { Accepted: "Working" },
  },
  submit: {
    may: () => ["alice", "agent"],
    otherwise: "TaskMarket_NotProvider",
    next: { Working: "Submitted" },
  },
  finalize: {
    may: () => CALLERS,
    otherwise: "",
    next: { Confirmed: "Finalized" },
  },
  release: {
    may: () => CALLERS,
    otherwise: "",
    next: { Unacknowledged: "Listed", Overdue: "Listed", Rejected: "Listed" },
  },
  cancel: {
    may: (status) => (status === "Expired" ? CALLERS : ["buyer"]),
    otherwise: "TaskMarket_NotBuyer",
    next: {
      Listed: "Cancelled",
      Expired: "Cancelled",
      Unacknowledged: "Cancelled",
      Overdue: "Cancelled",
      Rejected: "Cancelled",
    },
  },
};

describe("TaskMarket transitions", () => {
  let driver: TaskDriver;

  async function call(name: string, caller: Caller, opened: Opened) {
    const signer = driver.world[caller];
    const tasks = driver.world.tasks.connect(signer);
    const { taskId, order } = opened;
    if (name === "accept") return driver.accept(opened, false, NODE_OF_BOB, signer);
    if (name === "submit") return driver.submit(opened, signer);
    return tasks[name as "acknowledge" | "finalize" | "release" | "cancel"](taskId, order);
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

      for (const [name, { may, otherwise, next }] of Object.entries(TABLE)) {
        for (const caller of CALLERS) {
          const isEntitled = may(status).includes(caller);
          const becomes = isEntitled ? next[status] : undefined;
          const title = becomes === undefined ? `should refuse ${name} by` : `should become ${becomes} by ${name} of`;

          it(`${title} ${caller}`, async () => {
            const snapshot = await networkHelpers.takeSnapshot();
            const { tasks } = driver.world;
            const sent = call(name, caller, opened);
            if (becomes !== undefined) {
              await sent;
              expect(await driver.statusOf(opened.taskId)).to.equal(becomes);
            } else if (status === "None") {
              await expect(sent).to.be.revertedWithCustomError(tasks, "TaskMarket_WrongOrder");
            } else if (next[status] === undefined) {
              await expect(sent)
                .to.be.revertedWithCustomError(tasks, "TaskMarket_WrongStatus")
                .withArgs(opened.taskId, TASK_STATUSES.indexOf(status), allowed(name));
            } else {
              await expect(sent).to.be.revertedWithCustomError(tasks, otherwise);
            }
            await snapshot.restore();
          });
        }
      }
    });
  }
});

function allowed(name: string): bigint {
  const statuses = Object.keys(TABLE[name].next) as TaskStatus[];
  return statuses.reduce((bits, status) => bits | (1n << BigInt(TASK_STATUSES.indexOf(status))), 0n);
}
