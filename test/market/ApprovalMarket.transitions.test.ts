import { expect } from "chai";
import hre from "hardhat";

import { ApprovalDriver, CHUNK_STATUSES, type ChunkStatus, KEY_SECONDS, WORK_SECONDS } from "./approvalDriver.js";
import { marketWorld, TASK_STATUSES, type TaskStatus } from "./marketFixture.js";
import type { Opened } from "./taskDriver.js";

const connection = await hre.network.create();
const { networkHelpers } = connection;

type Caller = "buyer" | "alice" | "agent" | "stranger";
const CALLERS: readonly Caller[] = ["buyer", "alice", "agent", "stranger"];

/** What each call leaves of the chunk in the statuses that allow it, and who may make it. */
const CHUNK_TABLE: Record<string, { may: readonly Caller[]; next: Partial<Record<ChunkStatus, ChunkStatus>> }> = {
  submitChunk: { may: ["alice", "agent"], next: { None: "Submitted", Rejected: "Submitted" } },
  approveChunk: { may: ["buyer"], next: { Submitted: "Approved" } },
  rejectChunk: { may: ["buyer"], next: { Submitted: "Rejected" } },
  releaseKey: { may: ["alice", "agent"], next: { Approved: "Paid" } },
  timeoutKey: { may: CALLERS, next: { Withheld: "None" } },
};

/** Statuses of the task in which a call can be made at all. */
const TASK_TABLE: Record<string, readonly TaskStatus[]> = {
  submitChunk: ["Working"],
  approveChunk: ["Working"],
  rejectChunk: ["Working"],
  releaseKey: ["Working", "Overdue"],
  timeoutKey: ["Working"],
  endRest: ["Working"],
};
const STATUSES = [
  "None",
  "Listed",
  "Expired",
  "Accepted",
  "Unacknowledged",
  "Overdue",
  "Finalized",
  "Cancelled",
] as const;

describe("ApprovalMarket transitions", () => {
  let driver: ApprovalDriver;

  async function call(name: string, caller: Caller, opened: Opened) {
    const signer = driver.world[caller];
    const approvals = driver.world.approvals.connect(signer);
    if (name === "submitChunk") return driver.submit(opened, 0, 2, signer);
    if (name === "approveChunk") return driver.approve(opened, 0, signer);
    if (name === "rejectChunk") return driver.reject(opened, 0, signer);
    if (name === "releaseKey") return driver.release(opened, 0, 1, signer);
    if (name === "timeoutKey") return approvals.timeoutKey(opened.taskId, opened.order, 0);
    return approvals.endRest(opened.taskId, opened.order);
  }

  for (const status of CHUNK_STATUSES) {
    describe(`chunk ${status}`, () => {
      let opened: Opened;

      before(async () => {
        driver = new ApprovalDriver(connection, await marketWorld(connection));
        opened = await driver.inChunkStatus(status);
      });

      it("should be the status that the facts give", async () => {
        expect(await driver.chunkStatusOf(opened, 0)).to.equal(status);
      });

      for (const [name, { may, next }] of Object.entries(CHUNK_TABLE)) {
        for (const caller of CALLERS) {
          const becomes = may.includes(caller) ? next[status] : undefined;
          const title = becomes === undefined ? `should refuse ${name} by` : `should become ${becomes} by ${name} of`;
          it(`${title} ${caller}`, async () => {
            const snapshot = await networkHelpers.takeSnapshot();
            const { approvals } = driver.world;
            const sent = call(name, caller, opened);
            if (becomes !== undefined) {
              await sent;
              expect(await driver.chunkStatusOf(opened, 0)).to.equal(becomes);
            } else if (next[status] === undefined) {
              const bits = Object.keys(next).reduce((sum, each) => sum | (1n << BigInt(indexOf(each))), 0n);
              await expect(sent)
                .to.be.revertedWithCustomError(approvals, "ApprovalMarket_WrongChunkStatus")
                .withArgs(opened.taskId, 0, indexOf(status), bits);
            } else {
              const error = may.includes("buyer") ? "ApprovalMarket_NotBuyer" : "TaskMarket_NotProvider";
              await expect(sent).to.be.revertedWithCustomError(approvals, error);
            }
            await snapshot.restore();
          });
        }
      }
    });
  }

  for (const status of STATUSES) {
    describe(`task ${status}`, () => {
      let opened: Opened;

      before(async () => {
        const world = await marketWorld(connection);
        driver = new ApprovalDriver(connection, world);
        opened = await inStatus(status);
      });

      async function inStatus(wanted: (typeof STATUSES)[number]): Promise<Opened> {
        const { approvals, alice, buyer } = driver.world;
        const expiresAt = wanted === "Expired" ? (await networkHelpers.time.latest()) + 50 : 2n ** 47n;
        const given = await driver.open(2, { expiresAt });
        if (wanted === "None") return { ...given, taskId: given.taskId + 1n };
        if (wanted === "Expired") await driver.pass(60);
        if (wanted === "Cancelled") await approvals.connect(buyer).cancel(given.taskId, given.order);
        if (wanted === "Accepted" || wanted === "Unacknowledged") {
          await approvals.connect(alice).accept(given.taskId, given.order, 1, false);
          if (wanted === "Unacknowledged") await driver.pass(40);
        }
        if (wanted === "Overdue" || wanted === "Finalized") {
          await driver.accept(given);
          if (wanted === "Overdue") await driver.pass(WORK_SECONDS + 1);
          else for (const chunk of [0, 1]) await driver.deliver(given, chunk);
        }
        return given;
      }

      it("should be the status that the facts give", async () => {
        expect(await driver.statusOf(opened)).to.equal(status);
      });

      for (const [name, allowed] of Object.entries(TASK_TABLE)) {
        for (const caller of CALLERS) {
          it(`should refuse ${name} by ${caller}`, async () => {
            const { approvals } = driver.world;
            const sent = call(name, caller, opened);
            if (status === "None") {
              await expect(sent).to.be.revertedWithCustomError(approvals, "TaskMarket_WrongOrder");
            } else if ((allowed as readonly string[]).includes(status)) {
              await expect(sent).to.be.revertedWithCustomError(approvals, "ApprovalMarket_WrongChunkStatus");
            } else {
              const bits = allowed.reduce((sum, each) => sum | (1n << BigInt(TASK_STATUSES.indexOf(each))), 0n);
              await expect(sent)
                .to.be.revertedWithCustomError(approvals, "TaskMarket_WrongStatus")
                .withArgs(opened.taskId, TASK_STATUSES.indexOf(status), bits);
            }
          });
        }
      }
    });
  }

  describe("endRest", () => {
    beforeEach(async () => {
      driver = new ApprovalDriver(connection, await marketWorld(connection));
    });

    it("should be refused before a chunk was refunded, and while one waits for judgement or key", async () => {
      const { approvals, buyer } = driver.world;
      const opened = await driver.working();
      const end = async () => approvals.connect(buyer).endRest(opened.taskId, opened.order);
      await expect(end())
        .to.be.revertedWithCustomError(approvals, "ApprovalMarket_CannotEnd")
        .withArgs(opened.taskId, false, 0);
      await driver.refund(opened, 0);
      await driver.submit(opened, 1);
      await expect(end())
        .to.be.revertedWithCustomError(approvals, "ApprovalMarket_CannotEnd")
        .withArgs(opened.taskId, true, 1);
      await driver.approve(opened, 1);
      await expect(end()).to.be.revertedWithCustomError(approvals, "ApprovalMarket_CannotEnd");
    });

    for (const caller of CALLERS) {
      const may = caller !== "stranger";
      it(`should be ${may ? "possible for" : "refused to"} ${caller} once a chunk was refunded`, async () => {
        const { approvals } = driver.world;
        const opened = await driver.working();
        await driver.refund(opened, 0);
        await driver.submit(opened, 1);
        await driver.reject(opened, 1);
        const sent = call("endRest", caller, opened);
        if (!may) return expect(sent).to.be.revertedWithCustomError(approvals, "TaskMarket_NotProvider");
        await sent;
        expect(await driver.statusOf(opened)).to.equal("Cancelled");
      });
    }
  });

  it("should take a chunk's silence for approval, and the provider's for non-delivery, to the second", async () => {
    driver = new ApprovalDriver(connection, await marketWorld(connection));
    const opened = await driver.working();
    await driver.submit(opened, 0);
    const { clockAt } = await driver.world.approvals.chunkOf(opened.taskId, 0);
    await networkHelpers.time.increaseTo(clockAt);
    expect(await driver.chunkStatusOf(opened, 0)).to.equal("Submitted");
    await networkHelpers.time.increaseTo(clockAt + 1n);
    expect(await driver.chunkStatusOf(opened, 0)).to.equal("Approved");
    await networkHelpers.time.increaseTo(clockAt + BigInt(KEY_SECONDS));
    expect(await driver.chunkStatusOf(opened, 0)).to.equal("Approved");
    await networkHelpers.time.increaseTo(clockAt + BigInt(KEY_SECONDS) + 1n);
    expect(await driver.chunkStatusOf(opened, 0)).to.equal("Withheld");
  });
});

function indexOf(status: string): number {
  return CHUNK_STATUSES.indexOf(status as ChunkStatus);
}
